#pragma once
/// Checks shared by all ways of building a graph, and the rows' prefix sums.

#include <cstdint>
#include <span>
#include <vector>

#include "graph/adjacency.hpp"
#include "m2grl/graph.hpp"

namespace m2grl::graph_detail {

/// Throws invalid_input where the count cannot be numbered by 32-bit ids with no_node kept apart.
void check_node_count(std::size_t nodes);

/// Throws invalid_input where the offsets do not fit the ids, an id is ≥ nodes, or the weights are not beside the ids.
void check_sequences(ragged_ref sequences, std::size_t nodes, std::span<const std::uint32_t> event_weights);

[[noreturn]] void throw_row_overflow(std::size_t row);

/// Index of the first row whose weights sum to 2^32 or more, or the number of rows.
[[nodiscard]] std::size_t first_overflowing_row(const std::vector<std::uint64_t>& offsets,
                                                const std::vector<std::uint32_t>& weights);

/// Turns integer weights into per-row prefix sums. Throws invalid_input where a row's sum is ≥ 2^32.
[[nodiscard]] csr_graph finish_graph(adjacency<std::uint32_t>&& rows);

}  // namespace m2grl::graph_detail
