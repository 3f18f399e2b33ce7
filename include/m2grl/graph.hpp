#pragma once
/// The homogeneous graph of one view, in CSR form.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// Compressed sparse rows: the neighbours of node u are columns[offsets[u] … offsets[u + 1]), ascending.
/// `cumulative` holds per-row inclusive prefix sums of the integer edge weights (transition counts as they
/// are; floats scaled per row to at most 2^24), so a weighted step is one draw and one binary search;
/// a row's sum is < 2^32.
struct csr_graph {
  std::vector<std::uint64_t> offsets;     ///< [nodes + 1], or empty: no graph
  std::vector<node_id> columns;           ///< [edges]
  std::vector<std::uint32_t> cumulative;  ///< [edges]

  [[nodiscard]] std::size_t nodes() const noexcept { return offsets.empty() ? 0 : offsets.size() - 1; }
  [[nodiscard]] std::uint64_t edges() const noexcept { return columns.size(); }
  [[nodiscard]] bool empty() const noexcept { return offsets.empty(); }
  [[nodiscard]] std::uint64_t degree(node_id u) const noexcept { return offsets[u + 1] - offsets[u]; }
  [[nodiscard]] std::uint32_t weight(std::uint64_t edge, node_id u) const noexcept {
    return edge == offsets[u] ? cumulative[edge] : cumulative[edge] - cumulative[edge - 1];
  }
};

/// Counts the transitions a → b between neighbours in each sequence; self-transitions are left out.
/// `event_weights`, beside sequences.ids, multiplies: a transition counts the smaller of its two ends'
/// weights; empty: 1 each. Undirected graphs hold every edge in both directions.
/// Throws invalid_input where an id is ≥ nodes, or a row's weights sum to 2^32 or more.
[[nodiscard]] csr_graph build_transition_graph(ragged_ref sequences, std::size_t nodes, bool directed,
                                               std::span<const std::uint32_t> event_weights = {});

/// Builds the graph of an edge list, from[i] → to[i]; parallel edges' weights add up, self-loops are kept.
/// `weights`, beside from, are finite and > 0; empty: 1 each. Whole weights are kept as they are where every
/// row's sum is < 2^32; otherwise each row is scaled so that its largest weight is 2^24 (at least 1 each).
/// Throws invalid_input.
[[nodiscard]] csr_graph build_edge_graph(std::span<const node_id> from, std::span<const node_id> to,
                                         std::span<const double> weights, std::size_t nodes, bool directed);

/// What a graph looks like.
struct graph_report {
  std::uint64_t nodes = 0;
  std::uint64_t edges = 0;       ///< directed entries of the CSR
  std::uint64_t isolated = 0;    ///< nodes without an edge in or out
  std::uint64_t components = 0;  ///< weakly connected, isolated nodes included
  std::uint64_t largest_component = 0;
  std::uint64_t max_degree = 0;  ///< out-degree
  double mean_degree = 0;
  std::vector<std::uint64_t> degree_histogram;  ///< [i]: nodes of out-degree 2^(i−1) … 2^i − 1; [0]: degree 0
};
[[nodiscard]] graph_report describe(const csr_graph& graph);

}  // namespace m2grl
