#pragma once
/// Predicted labels beside true ones, and their F1.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/types.hpp"

namespace m2grl::classify {

/// One split's test nodes: row i of `predicted` are the labels that node `tested[i]` (a place among the labelled nodes)
/// got.
struct split_predictions {
  std::vector<std::uint32_t> tested;
  ragged predicted;
};

struct f1_scores {
  double micro = 0;
  double macro = 0;           ///< mean over the labels that some counted node has or got
  std::uint64_t present = 0;  ///< how many those are
};

/// Of one split; test node n counts times[n] times. `truth`: the labels of every labelled node.
[[nodiscard]] f1_scores f1_of(const split_predictions& split, const ragged& truth, std::size_t labels,
                              std::span<const std::uint32_t> times);

/// The q labels with the highest scores, ties to the lower number, appended to `out`.
void append_top(std::span<const float> scores, std::size_t q, std::vector<node_id>& out);

}  // namespace m2grl::classify
