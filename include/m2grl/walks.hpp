#pragma once
/// Random walks over a view's graph.

#include <cstdint>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/graph.hpp"
#include "m2grl/kernel/walk.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// How the walks of one task choose their steps, as every backend's kernels take it. Throws invalid_input for p or q
/// that are not finite and > 0, or a length of 0.
[[nodiscard]] kernel::walk_options make_walk_options(const walk_config& cfg, std::uint64_t seed, std::uint32_t task);

/// Draws walks by their number: walk w starts at node w % nodes, and is the same whoever draws it and when.
/// Refers to the graph. Throws invalid_input as make_walk_options() does.
class walker {
 public:
  walker(const csr_graph& graph, const walk_config& cfg, std::uint64_t seed, std::uint32_t task);

  /// Walks first … first + count − 1 of an epoch into out [count, length]; lengths[i] ≤ length nodes each, less
  /// where a walk meets a node without neighbours. At most 64 at a time. Thread-safe.
  void generate(std::uint32_t epoch, std::uint64_t first, std::uint32_t count, node_id* out,
                std::uint32_t* lengths) const;

 private:
  kernel::csr_ref graph_;
  kernel::walk_options options_;
  std::uint32_t length_;
};

/// All walks of one epoch, per_node × nodes of them.
[[nodiscard]] ragged generate_walks(const csr_graph& graph, const walk_config& cfg, std::uint64_t seed,
                                    std::uint32_t epoch);

}  // namespace m2grl
