#include "number_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace m2grl::text {

std::string grouped(std::uint64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string scaled(double number) {
  for (const auto& [unit, name] : {std::pair{1e9, "G"}, std::pair{1e6, "M"}, std::pair{1e3, "k"}}) {
    if (number >= unit) return fmt::format("{:.3g} {}", number / unit, name);
  }
  return fmt::format("{:.3g}", number);
}

std::string bytes(double number) {
  for (const auto& [unit, name] : {std::pair{40, "TiB"}, std::pair{30, "GiB"}, std::pair{20, "MiB"}}) {
    if (number >= std::ldexp(1.0, unit)) return fmt::format("{:.1f} {}", std::ldexp(number, -unit), name);
  }
  return fmt::format("{:.1f} KiB", number / 1024);
}

std::string duration(double seconds) {
  if (seconds < 59.95) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}h {:02}m", whole / 3600, whole / 60 % 60);
}

std::string plural(std::uint64_t number, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

}  // namespace m2grl::text
