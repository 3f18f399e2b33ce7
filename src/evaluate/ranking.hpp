#pragma once
/// What every ranking evaluation shares: checks, ranks, their summary.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "m2grl/evaluate.hpp"

namespace m2grl::ranking {

/// Rank of a target that was unseen in training.
inline constexpr std::uint64_t miss = std::numeric_limits<std::uint64_t>::max();

/// "validation" or "test".
[[nodiscard]] const char* split_name(bool validation);
/// The model's queries of that split. Throws invalid_input where it holds none, saying why.
[[nodiscard]] const query_set& held_out_queries(const model& m, bool validation);
/// Throws invalid_input where there is no k, or one is 0.
[[nodiscard]] std::uint32_t largest(std::span<const std::uint32_t> k);
/// Throws invalid_input where histories and targets differ in number or name a node that is not among the nodes.
void check_queries(const query_set& held_out, std::size_t nodes);
/// The nodes of a history, ascending, each once.
void assign_unique(std::span<const node_id> history, std::vector<node_id>& seen);

/// The best place at which each node was shown, over all queries; threads only ever lower it.
class shown_nodes {
 public:
  explicit shown_nodes(std::size_t nodes) : best_(nodes, std::numeric_limits<std::uint32_t>::max()) {}
  void show(std::span<const node_id> ranked);
  [[nodiscard]] double coverage(std::uint32_t k) const;

 private:
  std::vector<std::uint32_t> best_;
};

[[nodiscard]] ranking_metrics summarise(std::span<const std::uint64_t> ranks, std::span<const std::uint32_t> ks,
                                        const shown_nodes& shown, const resampling& intervals);

}  // namespace m2grl::ranking
