/// The interleaved walks against kernel::draw_step, one walk at a time: the same nodes, bit for bit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <tuple>
#include <vector>

#include "m2grl/walks.hpp"

using namespace m2grl;

namespace {

/// Rows of very different lengths and weights, isolated nodes and dead ends among them.
csr_graph random_graph(std::size_t n, bool unit_weights, bool directed, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<node_id> from, to;
  std::vector<double> weights;
  for (std::size_t e = 0; e < 12 * n; ++e) {
    from.push_back(static_cast<node_id>(random() % (1 + random() % n)));
    to.push_back(static_cast<node_id>(random() % (1 + random() % n)));
    weights.push_back(static_cast<double>(random() % 8 == 0 ? 1 + random() % 100000 : 1 + random() % 3));
  }
  csr_graph g = build_edge_graph(from, to, unit_weights ? std::vector<double>() : weights, n, directed);
  if (!unit_weights) return g;
  for (node_id u = 0; u < n; ++u) {
    for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e)
      g.cumulative[e] = static_cast<std::uint32_t>(e - g.offsets[u] + 1);
  }
  return g;
}

kernel::walk_options options_of(const walk_config& cfg, std::uint64_t seed, std::uint32_t task) {
  kernel::walk_options o;
  o.seed = seed;
  o.task = task;
  o.weighted = cfg.kind != walk_kind::uniform;
  o.second_order = cfg.kind == walk_kind::node2vec && (cfg.p != 1 || cfg.q != 1);
  const double largest = std::max({1 / cfg.p, 1.0, 1 / cfg.q});
  const auto scaled = [&](double value) {
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(std::lround(value / largest * (1 << 24))));
  };
  o.bias_return = scaled(1 / cfg.p);
  o.bias_near = scaled(1);
  o.bias_far = scaled(1 / cfg.q);
  return o;
}

std::vector<node_id> walk_alone(const csr_graph& g, const kernel::walk_options& o, std::uint32_t epoch,
                                std::uint64_t number, std::uint32_t length) {
  const kernel::csr_ref ref{g.offsets.data(), g.columns.data(), g.cumulative.data(),
                            static_cast<std::uint32_t>(g.nodes())};
  const kernel::random_stream stream(o.seed, o.task, epoch, number, kernel::purpose::walk);
  std::vector<node_id> nodes{static_cast<node_id>(number % g.nodes())};
  node_id before = nodes[0];
  for (std::uint32_t step = 1; step < length && g.degree(nodes.back()) > 0; ++step) {
    const node_id at = nodes.back();
    nodes.push_back(g.columns[kernel::draw_step(ref, o, stream, step, at, before)]);
    before = at;
  }
  return nodes;
}

}  // namespace

TEST_CASE("interleaved walks are those of the body, walked one at a time") {
  for (const bool unit_weights : {false, true}) {
    for (const bool directed : {false, true}) {
      const csr_graph g = random_graph(700, unit_weights, directed, 11);
      for (const auto& [kind, p, q] : {std::tuple{walk_kind::uniform, 1.0, 1.0},
                                       {walk_kind::weighted, 1.0, 1.0},
                                       {walk_kind::node2vec, 0.5, 2.0},
                                       {walk_kind::node2vec, 0.25, 4.0},
                                       {walk_kind::node2vec, 4.0, 0.25},
                                       {walk_kind::node2vec, 3000.0, 1.0}}) {
        walk_config cfg;
        cfg.kind = kind;
        cfg.length = 23;
        cfg.p = p;
        cfg.q = q;
        CAPTURE(unit_weights, directed, p, q);
        const walker walks(g, cfg, 3, 4);
        const kernel::walk_options o = options_of(cfg, 3, 4);
        for (const std::uint32_t count : {1u, 31u, 64u}) {
          std::vector<node_id> nodes(count * cfg.length);
          std::vector<std::uint32_t> lengths(count);
          walks.generate(5, 1000 * count, count, nodes.data(), lengths.data());
          for (std::uint32_t w = 0; w < count; ++w) {
            const auto expected = walk_alone(g, o, 5, 1000 * count + w, cfg.length);
            REQUIRE(lengths[w] == expected.size());
            REQUIRE(std::equal(expected.begin(), expected.end(),
                               nodes.begin() + static_cast<std::ptrdiff_t>(w * cfg.length)));
          }
        }
      }
    }
  }
}
