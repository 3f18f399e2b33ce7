#pragma once
/// Synthetic inputs of the benches, drawn by counter: the same on every machine.

#include <cstdint>

#include "m2grl/graph.hpp"
#include "m2grl/kernel/philox.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl::bench {

/// Stream of the synthetic data number `what`, row `row`.
[[nodiscard]] inline kernel::random_stream synthetic_stream(std::uint32_t what, std::uint64_t row) {
  return {20260101, what, 0, row, kernel::purpose::synthetic};
}

/// How ids are distributed: all alike, or P(id) ∝ 1 / (id + 1).
enum class skew { uniform, zipf };

/// `count` sequences of `length` independent ids below `nodes`.
[[nodiscard]] ragged random_sequences(std::uint64_t count, std::uint32_t length, std::uint32_t nodes, skew ids);

/// Undirected graph without multi-edges whose expected degrees fall as rank^−½ (a power law of exponent 3):
/// about `edges` directed entries, transition counts 1 … as drawn, no isolated node.
[[nodiscard]] csr_graph power_law_graph(std::uint32_t nodes, std::uint64_t edges);

/// `count` sequences of `length` ids whose transitions make such a graph, without the edges that spare nodes from
/// isolation.
[[nodiscard]] ragged power_law_sequences(std::uint64_t count, std::uint32_t length, std::uint32_t nodes);

/// A table of independent standard normal values, drawn by the C++ library: the same wherever that is.
[[nodiscard]] table normal_rows(std::size_t rows, std::size_t dim, std::uint32_t seed);

}  // namespace m2grl::bench
