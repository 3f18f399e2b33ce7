#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace m2grl::report {
namespace {

std::vector<double> linear_places(double low, double high) {
  const double rough = (high - low) / 5, unit = std::pow(10, std::floor(std::log10(rough)));
  const double step = unit * (rough / unit < 1.5 ? 1 : rough / unit < 3.5 ? 2 : rough / unit < 7.5 ? 5 : 10);
  std::vector<double> places;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) places.push_back(k * step);
  return places;
}

/// Powers of ten; where they are few, their multiples by 2 and 5, too.
std::vector<double> logarithmic_places(double low, double high) {
  const int first = static_cast<int>(std::floor(std::log10(low))), last = static_cast<int>(std::log10(high)) + 1;
  const double decades = std::log10(high) - std::log10(low);
  const int every = std::max(1, static_cast<int>(std::ceil(decades / 7)));
  std::vector<double> places;
  for (int power = first; power <= last; ++power) {
    if (power % every != 0) continue;
    for (const double times : {1.0, 2.0, 5.0}) {
      const double place = times * std::pow(10, power);
      if (place < low * (1 - 1e-9) || place > high * (1 + 1e-9)) continue;
      if (times == 1 || decades < 2.5) places.push_back(place);
    }
  }
  return places.size() < 3 ? linear_places(low, high) : places;
}

}  // namespace

double axis::share(double value) const {
  return logarithmic ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                     : (value - low) / (high - low);
}

std::vector<tick> axis::ticks() const {
  std::vector<tick> ticks;
  for (const double at : logarithmic ? logarithmic_places(low, high) : linear_places(low, high)) {
    ticks.push_back({at, tick_text(at)});
  }
  return ticks;
}

axis axis_of(std::string label, const std::vector<double>& values, bool logarithmic) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value) || (logarithmic && value <= 0)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) low = high = 1;
  if (logarithmic) {
    if (high < low * 1.5) low /= 1.3, high *= 1.3;
    const double margin = std::pow(high / low, 0.04);
    return {std::move(label), low / margin, high * margin, true};
  }
  if (high - low <= 1e-9 * std::max(std::abs(low), std::abs(high))) {
    const double half = low == 0 ? 1 : std::abs(low) / 2;
    low -= half, high += half;
  }
  const double margin = (high - low) * 0.04;
  return {std::move(label), low - margin, high + margin, false};
}

std::string tick_text(double value) {
  if (value == 0) return "0";
  if (value < 0) return "−" + tick_text(-value);
  for (const auto& [unit, name] : {std::pair{1e9, "G"}, std::pair{1e6, "M"}, std::pair{1e3, "k"}}) {
    if (value >= unit) return fmt::format("{:.6g} {}", value / unit, name);
  }
  return fmt::format("{:.6g}", value);
}

}  // namespace m2grl::report
