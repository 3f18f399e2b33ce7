#pragma once
/// Graphs and sequences to hold the device's results against the host's.

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <tuple>
#include <vector>

#include "m2grl/graph.hpp"
#include "m2grl/walks.hpp"

namespace m2grl::support {

/// One of `nodes` ids, small ones more often.
inline node_id skewed_id(std::mt19937_64& random, std::size_t nodes) {
  const std::size_t below = 1 + random() % nodes;
  return static_cast<node_id>(random() % below);
}

/// Rows of very different lengths and weights, isolated nodes among them and, directed, dead ends.
inline csr_graph random_graph(std::size_t n, bool weighted, bool directed, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<node_id> from, to;
  std::vector<double> weights;
  for (std::size_t e = 0; e < 8 * n; ++e) {
    from.push_back(skewed_id(random, n));
    to.push_back(skewed_id(random, n));
    const bool heavy = random() % 8 == 0;
    weights.push_back(static_cast<double>(1 + random() % (heavy ? 100000 : 3)));
  }
  csr_graph g = build_edge_graph(from, to, weights, n, directed);
  if (weighted) return g;
  for (node_id u = 0; u < n; ++u) {
    for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
      g.cumulative[e] = static_cast<std::uint32_t>(e - g.offsets[u] + 1);
    }
  }
  return g;
}

/// Each kind of walk; the last rejects nearly every way back, so that exact draws occur.
inline std::vector<walk_config> walk_kinds(std::uint32_t length) {
  std::vector<walk_config> kinds;
  for (const auto& [kind, p, q] :
       {std::tuple{walk_kind::uniform, 1.0, 1.0}, std::tuple{walk_kind::weighted, 1.0, 1.0},
        std::tuple{walk_kind::node2vec, 1.0, 1.0}, std::tuple{walk_kind::node2vec, 0.5, 2.0},
        std::tuple{walk_kind::node2vec, 4.0, 0.25}, std::tuple{walk_kind::node2vec, 3000.0, 1.0}}) {
    walk_config cfg;
    cfg.kind = kind;
    cfg.length = length;
    cfg.per_node = 3;
    cfg.p = p;
    cfg.q = q;
    kinds.push_back(cfg);
  }
  return kinds;
}

/// Sequences of 0 … longest ids, small ids more often.
inline ragged random_sequences(std::size_t rows, std::size_t nodes, std::size_t longest, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  ragged result;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t length = random() % (longest + 1);
    for (std::size_t i = 0; i < length; ++i) result.ids.push_back(skewed_id(random, nodes));
    result.end_row();
  }
  return result;
}

/// Sizes that straddle those of a warp, a table row and a key's bits.
struct sequence_size {
  std::size_t nodes, rows, longest;
};
inline std::vector<sequence_size> sequence_sizes() {
  return {{1, 3, 5},     {2, 50, 4},    {3, 50, 1},      {31, 100, 33},
          {32, 100, 33}, {33, 100, 33}, {5000, 400, 40}, {70000, 200, 20}};
}

inline void check_same(const csr_graph& a, const csr_graph& b) {
  CHECK(a.offsets == b.offsets);
  CHECK(a.columns == b.columns);
  CHECK(a.cumulative == b.cumulative);
}

/// 0 … 4 for each event.
inline std::vector<std::uint32_t> random_weights(std::size_t events, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> weights(events);
  for (std::uint32_t& w : weights) w = static_cast<std::uint32_t>(random() % 5);
  return weights;
}

}  // namespace m2grl::support
