#include "graph/row_sums.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "m2grl/error.hpp"

namespace m2grl::graph_detail {

void check_node_count(std::size_t nodes) {
  if (nodes > no_node) {
    throw invalid_input(fmt::format("a graph of {} nodes is too large: ids are 32-bit, at most {}", nodes, no_node));
  }
}

void check_sequences(ragged_ref sequences, std::size_t nodes, std::span<const std::uint32_t> event_weights) {
  check_node_count(nodes);
  const auto offsets = sequences.offsets;  // by name: OpenMP captures no structured binding
  const auto ids = sequences.ids;
  if (!offsets.empty() ? offsets.front() != 0 || offsets.back() != ids.size() : !ids.empty()) {
    throw invalid_input(fmt::format("the sequence offsets do not span the {} ids", ids.size()));
  }
  if (!std::is_sorted(offsets.begin(), offsets.end())) throw invalid_input("the sequence offsets decrease");
  if (!event_weights.empty() && event_weights.size() != ids.size()) {
    throw invalid_input(fmt::format("{} event weights for {} events", event_weights.size(), ids.size()));
  }
  std::size_t first_bad = ids.size();
#pragma omp parallel for reduction(min : first_bad)
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= nodes) first_bad = std::min(first_bad, i);
  }
  if (first_bad < ids.size()) {
    const auto row =
        static_cast<std::size_t>(std::upper_bound(offsets.begin(), offsets.end(), first_bad) - offsets.begin() - 1);
    throw invalid_input(fmt::format("node {} at position {} of sequence {} is not among the {} nodes", ids[first_bad],
                                    first_bad - offsets[row], row, nodes));
  }
}

void throw_row_overflow(std::size_t row) {
  throw invalid_input(fmt::format("the edge weights of node {} sum to 2^32 or more", row));
}

std::size_t first_overflowing_row(const std::vector<std::uint64_t>& offsets,
                                  const std::vector<std::uint32_t>& weights) {
  const std::size_t nodes = offsets.size() - 1;
  std::size_t first = nodes;
#pragma omp parallel for schedule(dynamic, 4096) reduction(min : first)
  for (std::size_t u = 0; u < nodes; ++u) {
    std::uint64_t sum = 0;
    bool edge_too_large = false;  // see add_weight()
    for (std::uint64_t e = offsets[u]; e < offsets[u + 1]; ++e) {
      sum += weights[e];
      edge_too_large |= weights[e] == 0;
    }
    if (edge_too_large || sum > std::numeric_limits<std::uint32_t>::max()) first = std::min(first, u);
  }
  return first;
}

csr_graph finish_graph(adjacency<std::uint32_t>&& rows) {
  const std::size_t nodes = rows.offsets.size() - 1;
  if (const std::size_t row = first_overflowing_row(rows.offsets, rows.weights); row < nodes) {
    throw_row_overflow(row);
  }
#pragma omp parallel for schedule(dynamic, 4096)
  for (std::size_t u = 0; u < nodes; ++u) {
    std::uint32_t sum = 0;
    for (std::uint64_t e = rows.offsets[u]; e < rows.offsets[u + 1]; ++e) rows.weights[e] = sum += rows.weights[e];
  }
  return {std::move(rows.offsets), std::move(rows.columns), std::move(rows.weights)};
}

}  // namespace m2grl::graph_detail
