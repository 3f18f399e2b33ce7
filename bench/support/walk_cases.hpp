#pragma once
/// What the benches of walks have in common.

#include <cstdint>

#include "m2grl/config.hpp"
#include "m2grl/graph.hpp"

namespace m2grl::bench {

inline constexpr std::uint32_t walk_length = 40;
/// Walks of that length.
[[nodiscard]] walk_config walks_of(walk_kind kind, double p = 1, double q = 1);

[[nodiscard]] bool is_edge(const csr_graph& g, node_id u, node_id v);

/// Every edge's weight 1, as node2vec is commonly measured.
void make_unit(csr_graph& g);

}  // namespace m2grl::bench
