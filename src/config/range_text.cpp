#include "config/range_text.hpp"

#include <fmt/format.h>

namespace m2grl::config_keys {

std::string range_text(const limits& within) {
  const bool low = within.low != limits{}.low, high = within.high != limits{}.high;
  if (low && high && !within.low_excluded && !within.high_excluded)
    return fmt::format("{} to {}", within.low, within.high);
  if (low && high) {
    return fmt::format("{} {} and {} {}", within.low_excluded ? "above" : "at least", within.low,
                       within.high_excluded ? "below" : "at most", within.high);
  }
  if (low) return fmt::format("a finite number {} {}", within.low_excluded ? ">" : ">=", within.low);
  return "a finite number";
}

}  // namespace m2grl::config_keys
