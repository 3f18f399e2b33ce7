#pragma once
/// Pearson's χ² of observed counts against probabilities.

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

struct chi_square {
  double statistic = 0;
  double degrees = 0;
  double z = 0;             ///< Wilson and Hilferty's normal deviate of the statistic: |z| < 4.5 is usual
  bool impossible = false;  ///< something of probability 0 was observed
};

/// Cells expecting fewer than 5 are pooled. `probabilities` need not be normalised.
inline chi_square test_counts(std::span<const std::uint64_t> observed, std::span<const double> probabilities) {
  double total = 0, sum = 0;
  for (const std::uint64_t count : observed) total += static_cast<double>(count);
  for (const double p : probabilities) sum += p;
  chi_square result;
  double pooled_observed = 0, pooled_expected = 0, cells = 0;
  const auto add = [&](double seen, double expected) {
    result.statistic += (seen - expected) * (seen - expected) / expected;
    ++cells;
  };
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double expected = total * probabilities[i] / sum;
    const auto seen = static_cast<double>(observed[i]);
    if (probabilities[i] == 0) {
      result.impossible = result.impossible || observed[i] > 0;
    } else if (expected < 5) {
      pooled_observed += seen;
      pooled_expected += expected;
    } else {
      add(seen, expected);
    }
  }
  if (pooled_expected >= 5) add(pooled_observed, pooled_expected);
  result.degrees = cells - 1;
  if (result.degrees < 1) return result;
  const double spread = 2 / (9 * result.degrees);
  result.z = (std::cbrt(result.statistic / result.degrees) - (1 - spread)) / std::sqrt(spread);
  return result;
}

}  // namespace support
