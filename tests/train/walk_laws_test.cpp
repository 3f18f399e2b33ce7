/// Laws of the random walks: every step is an edge, and steps are taken at the exact probabilities.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

#include "m2grl/error.hpp"
#include "m2grl/kernel/link_draws.hpp"
#include "m2grl/walks.hpp"
#include "support/chi_square.hpp"
#include "train/samplers.hpp"

using namespace m2grl;

namespace {

/// Nodes 0 … n − 2 with a few weighted edges each; the last node is reached, but leads nowhere.
csr_graph random_graph(std::size_t n, std::size_t degree, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<node_id> from, to;
  std::vector<double> weights;
  for (node_id u = 0; u + 1 < n; ++u) {
    for (std::size_t e = 0; e < degree; ++e) {
      from.push_back(u);
      to.push_back(static_cast<node_id>(random() % n));
      weights.push_back(static_cast<double>(1 + random() % 9));
    }
  }
  return build_edge_graph(from, to, weights, n, true);
}

walk_config walks_of(walk_kind kind, double p = 1, double q = 1) {
  walk_config cfg;
  cfg.kind = kind;
  cfg.per_node = 20;
  cfg.length = 30;
  cfg.p = p;
  cfg.q = q;
  return cfg;
}

bool is_edge(const csr_graph& g, node_id u, node_id x) {
  for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
    if (g.columns[e] == x) return true;
  }
  return false;
}

/// Exact probabilities of a step from u that came from t (no_node: a first step), in the order of u's columns.
std::vector<double> step_probabilities(const csr_graph& g, const walk_config& cfg, node_id t, node_id u) {
  std::vector<double> p;
  for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
    const node_id x = g.columns[e];
    double weight = cfg.kind == walk_kind::uniform ? 1 : g.weight(e, u);
    if (cfg.kind == walk_kind::node2vec && t != no_node) {
      weight *= x == t ? 1 / cfg.p : is_edge(g, t, x) ? 1 : 1 / cfg.q;
    }
    p.push_back(weight);
  }
  return p;
}

/// Counts the steps of many walks by (t, u), then tests each (t, u) that was left often enough.
/// Returns the number of contexts tested.
std::size_t check_transitions(const csr_graph& g, const walk_config& cfg, std::uint32_t epochs) {
  std::map<std::pair<node_id, node_id>, std::vector<std::uint64_t>> seen;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    const ragged walks = generate_walks(g, cfg, 77, epoch);
    for (std::size_t w = 0; w < walks.size(); ++w) {
      const auto walk = walks[w];
      REQUIRE(walk[0] == w % g.nodes());
      for (std::size_t i = 1; i < walk.size(); ++i) {
        const bool second = cfg.kind == walk_kind::node2vec && i > 1;
        auto& counts = seen[{second ? walk[i - 2] : no_node, walk[i - 1]}];
        counts.resize(g.degree(walk[i - 1]));
        const auto row = g.columns.begin() + static_cast<std::ptrdiff_t>(g.offsets[walk[i - 1]]);
        const auto found = std::find(row, row + static_cast<std::ptrdiff_t>(counts.size()), walk[i]);
        REQUIRE(found != row + static_cast<std::ptrdiff_t>(counts.size()));  // every step is an edge
        ++counts[static_cast<std::size_t>(found - row)];
      }
      if (walk.size() < cfg.length) REQUIRE(g.degree(walk.back()) == 0);  // only dead ends stop a walk
    }
  }
  std::size_t tested = 0;
  double statistic = 0, degrees = 0;
  for (const auto& [context, counts] : seen) {
    const auto p = step_probabilities(g, cfg, context.first, context.second);
    const auto result = support::test_counts(counts, p);
    CAPTURE(context.first, context.second, result.statistic, result.degrees);
    CHECK_FALSE(result.impossible);
    if (result.degrees < 1) continue;
    CHECK(result.z < 5);
    statistic += result.statistic;
    degrees += result.degrees;
    ++tested;
  }
  CAPTURE(statistic, degrees);
  CHECK(std::abs(statistic - degrees) < 5 * std::sqrt(2 * degrees));
  return tested;
}

}  // namespace

TEST_CASE("first-order steps, uniform and weighted, dead ends included") {
  const csr_graph g = random_graph(40, 6, 1);
  CHECK(check_transitions(g, walks_of(walk_kind::uniform), 20) >= 39);
  CHECK(check_transitions(g, walks_of(walk_kind::weighted), 20) >= 39);
}

TEST_CASE("node2vec steps at several p and q") {
  const csr_graph g = random_graph(20, 5, 2);
  for (const auto& [p, q] : {std::pair{0.25, 4.0}, {0.5, 2.0}, {4.0, 0.25}, {1.0, 1.0}, {1.0, 3.0}}) {
    CAPTURE(p, q);
    CHECK(check_transitions(g, walks_of(walk_kind::node2vec, p, q), 100) >= 60);
  }
}

// A return bias this small against a heavy way back makes 64 proposals fail in most steps: p = 4000 accepts the
// way back with probability 1/4000, and it holds 8999 of 9000 parts of the row's weight.
TEST_CASE("after 64 rejections the exact draw keeps the probabilities") {
  const std::vector<node_id> from{0, 0, 1, 1, 1}, to{1, 2, 0, 2, 3};
  const std::vector<double> weights{5, 5, 8990, 6, 4};
  const csr_graph g = build_edge_graph(from, to, weights, 4, true);
  walk_config cfg = walks_of(walk_kind::node2vec, 4000, 1);
  cfg.length = 3;
  cfg.per_node = 5000;
  CHECK(check_transitions(g, cfg, 20) >= 2);
}

TEST_CASE("walks are the same for any batch and whatever comes before") {
  const csr_graph g = random_graph(50, 4, 3);
  const walk_config cfg = walks_of(walk_kind::node2vec, 0.5, 2);
  const walker walks(g, cfg, 5, 9);
  std::vector<node_id> whole(64 * cfg.length), part(64 * cfg.length);
  std::vector<std::uint32_t> lengths(64), part_lengths(64);
  walks.generate(2, 100, 64, whole.data(), lengths.data());
  for (const std::uint32_t batch : {1u, 3u, 32u}) {
    for (std::uint32_t first = 0; first < 64; first += batch) {
      const std::uint32_t count = std::min(batch, 64 - first);
      walks.generate(2, 100 + first, count, part.data(), part_lengths.data());
      for (std::uint32_t w = 0; w < count; ++w) {
        REQUIRE(part_lengths[w] == lengths[first + w]);
        REQUIRE(std::equal(part.begin() + w * cfg.length, part.begin() + w * cfg.length + part_lengths[w],
                           whole.begin() + (first + w) * cfg.length));
      }
    }
  }
  std::vector<node_id> other(64 * cfg.length);
  walks.generate(3, 100, 64, other.data(), part_lengths.data());
  CHECK(other != whole);
}

// Pinned, as other backends must draw the same.
TEST_CASE("golden walks") {
  std::vector<node_id> from, to;
  std::vector<double> weights;
  for (node_id u = 0; u < 100; ++u) {
    for (const node_id step : {1u, 7u, 30u}) {
      from.push_back(u);
      to.push_back((u + step) % 100);
      weights.push_back(1 + (u + step) % 5);
    }
  }
  const csr_graph g = build_edge_graph(from, to, weights, 100, false);
  std::vector<node_id> nodes(30);
  std::uint32_t length = 0;
  const auto draw = [&](walk_kind kind) {
    walk_config cfg = walks_of(kind, 4, 0.25);
    cfg.length = 8;
    walker(g, cfg, 42, 1).generate(3, 1234567, 1, nodes.data(), &length);
    return std::vector<node_id>(nodes.begin(), nodes.begin() + length);
  };
  CHECK(draw(walk_kind::uniform) == std::vector<node_id>{67, 60, 30, 23, 16, 23, 24, 31});
  CHECK(draw(walk_kind::weighted) == std::vector<node_id>{67, 60, 30, 23, 16, 23, 24, 54});
  CHECK(draw(walk_kind::node2vec) == std::vector<node_id>{67, 37, 30, 31, 32, 62, 92, 22});
}

TEST_CASE("p and q must be finite and above 0") {
  const csr_graph g = random_graph(5, 2, 4);
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    CHECK_THROWS_AS(walker(g, walks_of(walk_kind::node2vec, bad, 1), 1, 0), invalid_input);
    CHECK_THROWS_AS(walker(g, walks_of(walk_kind::node2vec, 1, bad), 1, 0), invalid_input);
  }
}

TEST_CASE("linked pairs follow occurrences and counts, negatives the pool") {
  const std::vector<double> occurrences{5, 0, 3, 2};
  const std::vector<std::uint64_t> offsets{0, 3, 4, 6, 7};
  const std::vector<std::uint32_t> targets{0, 2, 4, 1, 3, 1, 0}, cumulative{1, 6, 10, 3, 7, 9, 2};
  const std::vector<double> link_weights{1, 5, 4, 3, 7, 2, 2};
  const alias_table sources(occurrences), noise(std::vector<double>{1, 2, 3, 4, 0});
  kernel::link_options o;
  o.seed = 3;
  o.sources = sources.ref();
  o.noise = noise.ref();
  o.offsets = offsets.data();
  o.targets = targets.data();
  o.cumulative = cumulative.data();
  std::vector<std::uint64_t> seen(7, 0);
  for (std::uint64_t pair = 0; pair < 400000; ++pair) {
    const kernel::linked_pair drawn = kernel::draw_pair(o, pair);
    for (std::uint64_t i = offsets[drawn.from]; i < offsets[drawn.from + 1]; ++i) seen[i] += targets[i] == drawn.to;
  }
  std::vector<double> p;
  for (std::size_t u = 0; u < 4; ++u) {
    for (std::uint64_t i = offsets[u]; i < offsets[u + 1]; ++i) {
      p.push_back(occurrences[u] / 10 * link_weights[i] / cumulative[offsets[u + 1] - 1]);
    }
  }
  auto result = support::test_counts(seen, p);
  CHECK_FALSE(result.impossible);
  CHECK(std::abs(result.z) < 4.5);

  std::vector<std::uint64_t> pool(5, 0), picks(37, 0);
  for (std::uint64_t batch = 0; batch < 1000; ++batch) {
    for (std::uint32_t i = 0; i < 100; ++i) ++pool[kernel::draw_pool_entry(o, batch, i)];
    for (std::uint32_t k = 0; k < 31; ++k) ++picks[kernel::draw_pool_index(o, batch, k, 37)];
  }
  result = support::test_counts(pool, std::vector<double>{1, 2, 3, 4, 0});
  CHECK_FALSE(result.impossible);
  CHECK(std::abs(result.z) < 4.5);
  CHECK(std::abs(support::test_counts(picks, std::vector<double>(37, 1.0)).z) < 4.5);
}
