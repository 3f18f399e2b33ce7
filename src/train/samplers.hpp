#pragma once
/// Tables that make every discrete draw of training an integer comparison, built once on the host in double.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/kernel/alias_sampler.hpp"

namespace m2grl {

/// Owner of an alias table over 0 … n − 1.
class alias_table {
 public:
  alias_table() = default;
  /// Probability of i ∝ weights[i]; weights finite, ≥ 0, their sum > 0. Throws invalid_input.
  explicit alias_table(std::span<const double> weights);
  /// Uniform over n nodes, without a table.
  [[nodiscard]] static alias_table uniform(std::uint32_t n);

  [[nodiscard]] kernel::alias_sampler_ref ref() const noexcept {
    return {entries_.empty() ? nullptr : entries_.data(), size_};
  }

 private:
  std::vector<kernel::alias_entry> entries_;
  std::uint32_t size_ = 0;
};

/// Probability of each node under a negative sampler, from the nodes' frequencies [n].
///   uniform      1/n
///   unigram      ∝ count^alpha (word2vec)
///   log_uniform  P(k) = (ln(k+2) − ln(k+1)) / ln(n+1), k the node's rank by descending frequency
[[nodiscard]] std::vector<double> negative_probabilities(std::span<const std::uint64_t> counts, negative_sampler kind,
                                                         double alpha);

/// word2vec's subsampling: a position of node i is kept with probability min(1, √(t/f) + t/f), f the node's
/// share of all positions. Thresholds compare with a 32-bit draw: keep if draw ≤ threshold. Empty if t = 0.
[[nodiscard]] std::vector<std::uint32_t> keep_thresholds(std::span<const std::uint64_t> counts, double t);

/// Expected share of positions that subsampling keeps, per node frequency: Σ f·keep(f).
[[nodiscard]] double kept_share(std::span<const std::uint64_t> counts, double t);

/// How much of a row's training may be in flight at once on stale copies before it must be damped, in windows
/// for input rows and in centres for output rows. What is unstable is the sum of gradients in flight times the
/// rate, so both fall with the rate; and a window of an input row brings as many gradients as it has contexts.
struct hot_row_capacity {
  double input = 4;
  double output = 16;
};
/// 4 and 16 at a rate of 0.025 and ten contexts a centre: measured on planted partitions of 100 and 1,000 nodes
/// with 2,000 stale workers, radius 1 to 16, 1 to 31 negatives, rates of 0.0125 to 0.1.
[[nodiscard]] hot_row_capacity capacity_of(const train_config& cfg);

/// Factors on the deltas of hot rows when `workers` sequences train at once on stale copies:
/// min(1, capacity / c_r), c_r the expected number of concurrent windows that touch row r:
///   input rows   workers · (2R + 1) · p_r          output rows   workers · (p_r + K · q_r)
/// p_r: share of positions, q_r: probability as a negative. Empty where every factor is 1. Where a row is input and
/// output at once (`tied`), both shares of the capacity add up, and both factors are min(1, 1 / their sum).
struct hot_row_factors {
  std::vector<float> input, output;
};
[[nodiscard]] hot_row_factors hot_rows(std::span<const std::uint64_t> counts, std::span<const double> noise,
                                       std::uint32_t radius, std::uint32_t negatives, double workers,
                                       hot_row_capacity capacity, bool tied = false);

}  // namespace m2grl
