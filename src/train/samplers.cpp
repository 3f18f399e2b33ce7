#include "train/samplers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "m2grl/error.hpp"

namespace m2grl {
namespace {

constexpr std::uint32_t certain = std::numeric_limits<std::uint32_t>::max();

/// Largest draw that accepts with probability p: draws 0 … threshold, of 2^32.
std::uint32_t acceptance_threshold(double p) {
  if (p >= 1) return certain;
  const double scaled = std::ceil(p * 4294967296.0) - 1;
  return static_cast<std::uint32_t>(std::clamp(scaled, 0.0, 4294967295.0));
}

double sum_of(std::span<const std::uint64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0,
                         [](double sum, std::uint64_t count) { return sum + static_cast<double>(count); });
}

double keep_probability(double count, double total, double t) {
  if (count == 0) return 1;
  const double ratio = t * total / count;
  return std::min(1.0, std::sqrt(ratio) + ratio);
}

}  // namespace

alias_table::alias_table(std::span<const double> weights) : size_(static_cast<std::uint32_t>(weights.size())) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0) || !std::isfinite(weights[i])) {
      throw invalid_input(fmt::format("sampling weight {} of node {} is not a finite number >= 0", weights[i], i));
    }
    sum += weights[i];
  }
  if (!(sum > 0)) throw invalid_input(fmt::format("all {} sampling weights are zero", weights.size()));

  // Vose: columns below the mean borrow the rest of their height from columns above it.
  const auto n = weights.size();
  entries_.resize(n);
  std::vector<double> height(n);
  std::vector<std::uint32_t> low, high;
  for (std::size_t i = 0; i < n; ++i) {
    height[i] = weights[i] / sum * static_cast<double>(n);
    (height[i] < 1 ? low : high).push_back(static_cast<std::uint32_t>(i));
    entries_[i] = {certain, static_cast<std::uint32_t>(i)};  // itself in either case
  }
  while (!low.empty() && !high.empty()) {
    const std::uint32_t poor = low.back(), rich = high.back();
    low.pop_back();
    entries_[poor] = {static_cast<std::uint32_t>(std::min(std::round(height[poor] * 4294967296.0), 4294967295.0)),
                      rich};
    height[rich] -= 1 - height[poor];
    if (height[rich] < 1) {
      high.pop_back();
      low.push_back(rich);
    }
  }
}

alias_table alias_table::uniform(std::uint32_t n) {
  alias_table table;
  table.size_ = n;
  return table;
}

std::vector<double> negative_probabilities(std::span<const std::uint64_t> counts, negative_sampler kind, double alpha) {
  const std::size_t n = counts.size();
  std::vector<double> p(n, 1.0);
  if (kind == negative_sampler::unigram) {
    for (std::size_t i = 0; i < n; ++i) p[i] = counts[i] == 0 ? 0 : std::pow(static_cast<double>(counts[i]), alpha);
  } else if (kind == negative_sampler::log_uniform) {
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
    for (std::size_t rank = 0; rank < n; ++rank) p[order[rank]] = std::log1p(1.0 / (static_cast<double>(rank) + 1));
  }
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  if (sum > 0) {
    for (double& value : p) value /= sum;
  }
  return p;
}

std::vector<std::uint32_t> keep_thresholds(std::span<const std::uint64_t> counts, double t) {
  std::vector<std::uint32_t> thresholds;
  if (t <= 0) return thresholds;
  const double total = sum_of(counts);
  thresholds.reserve(counts.size());
  for (const std::uint64_t count : counts) {
    thresholds.push_back(acceptance_threshold(keep_probability(static_cast<double>(count), total, t)));
  }
  return thresholds;
}

double kept_share(std::span<const std::uint64_t> counts, double t) {
  if (t <= 0) return 1;
  const double total = sum_of(counts);
  double kept = 0;
  for (const std::uint64_t count : counts) {
    const auto c = static_cast<double>(count);
    kept += c * keep_probability(c, total, t);
  }
  return total > 0 ? kept / total : 1;
}

hot_row_capacity capacity_of(const train_config& cfg) {
  double contexts = cfg.size == window_size::shrunk ? (cfg.window + 1) / 2.0 : cfg.window;
  if (cfg.side == window_side::both) contexts *= 2;
  const double slower = 0.025 / cfg.learning_rate;
  return {4 * slower * 10 / contexts, 16 * slower};
}

hot_row_factors hot_rows(std::span<const std::uint64_t> counts, std::span<const double> noise, std::uint32_t radius,
                         std::uint32_t negatives, double workers, hot_row_capacity capacity, bool tied) {
  const std::size_t n = counts.size();
  const double total = std::max(1.0, sum_of(counts));
  hot_row_factors factors{std::vector<float>(n, 1.0f), std::vector<float>(n, 1.0f)};
  bool any = false;
  for (std::size_t r = 0; r < n; ++r) {
    const double p = static_cast<double>(counts[r]) / total;
    double input = workers * (2.0 * radius + 1) * p / capacity.input;  // as shares of the capacity
    double output = workers * (p + negatives * noise[r]) / capacity.output;
    if (tied) input = output = input + output;
    if (input > 1) factors.input[r] = static_cast<float>(1 / input);
    if (output > 1) factors.output[r] = static_cast<float>(1 / output);
    any = any || input > 1 || output > 1;
  }
  return any ? factors : hot_row_factors{};
}

}  // namespace m2grl
