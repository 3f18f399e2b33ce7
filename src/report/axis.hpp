#pragma once
/// The axes of a plot: ranges, ticks, and where a value lies between them.

#include <string>
#include <vector>

namespace m2grl::report {

struct tick {
  double at = 0;
  std::string label;
};

/// A range of values, drawn linearly or by logarithm.
struct axis {
  std::string label;  ///< with its unit; escaped already
  double low = 0, high = 1;
  bool logarithmic = false;

  /// 0 at `low`, 1 at `high`.
  [[nodiscard]] double share(double value) const;
  /// About five (between two and nine) round values within the range, ascending.
  [[nodiscard]] std::vector<tick> ticks() const;
};

/// The smallest range that holds the values, with a margin of 4 % on either side; a logarithmic one leaves out what is
/// not positive. Never empty.
[[nodiscard]] axis axis_of(std::string label, const std::vector<double>& values, bool logarithmic = false);

/// 1500 → "1.5 k", 0.25 → "0.25"
[[nodiscard]] std::string tick_text(double value);

}  // namespace m2grl::report
