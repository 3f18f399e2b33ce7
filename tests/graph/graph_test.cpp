#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <queue>
#include <random>
#include <set>

#include <omp.h>

#include "m2grl/error.hpp"
#include "m2grl/graph.hpp"

using namespace m2grl;

namespace {

using weight_map = std::map<std::pair<node_id, node_id>, double>;

weight_map entries(const csr_graph& g) {
  weight_map result;
  for (node_id u = 0; u < g.nodes(); ++u) {
    for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
      if (e > g.offsets[u]) REQUIRE(g.columns[e - 1] < g.columns[e]);
      result[{u, g.columns[e]}] = g.weight(e, u);
    }
  }
  REQUIRE(result.size() == g.edges());
  REQUIRE(g.cumulative.size() == g.edges());
  REQUIRE(g.offsets.front() == 0);
  REQUIRE(g.offsets.back() == g.edges());
  return result;
}

ragged random_sequences(std::mt19937_64& random, std::size_t rows, std::size_t nodes, std::size_t longest) {
  ragged result;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t length = random() % (longest + 1);
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t below = 1 + random() % nodes;  // skewed towards small ids
      result.ids.push_back(static_cast<node_id>(random() % below));
    }
    result.end_row();
  }
  return result;
}

weight_map count_transitions(const ragged& sequences, bool directed, const std::vector<std::uint32_t>& weights) {
  weight_map result;
  for (std::size_t r = 0; r < sequences.size(); ++r) {
    for (std::uint64_t i = sequences.offsets[r]; i + 1 < sequences.offsets[r + 1]; ++i) {
      const node_id a = sequences.ids[i], b = sequences.ids[i + 1];
      const double w = weights.empty() ? 1 : std::min(weights[i], weights[i + 1]);
      if (a == b || w == 0) continue;
      result[{a, b}] += w;
      if (!directed) result[{b, a}] += w;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("transition counts agree with a map") {
  std::mt19937_64 random(20240501);
  const bool directed = GENERATE(false, true);
  const bool weighted = GENERATE(false, true);
  const auto [nodes, rows, longest] = GENERATE(table<std::size_t, std::size_t, std::size_t>(
      {{1, 3, 5}, {2, 50, 4}, {31, 100, 33}, {32, 100, 33}, {33, 100, 33}, {5000, 4000, 40}, {70000, 2000, 20}}));
  const ragged sequences = random_sequences(random, rows, nodes, longest);
  std::vector<std::uint32_t> weights;
  if (weighted) {
    for (std::size_t i = 0; i < sequences.ids.size(); ++i) weights.push_back(static_cast<std::uint32_t>(random() % 5));
  }
  const csr_graph g = build_transition_graph(sequences, nodes, directed, weights);
  CHECK(g.nodes() == nodes);
  CHECK(entries(g) == count_transitions(sequences, directed, weights));
}

TEST_CASE("the graph does not depend on the number of threads") {
  std::mt19937_64 random(3);
  const ragged sequences = random_sequences(random, 20000, 900, 30);
  std::vector<node_id> from, to;
  std::vector<double> weights;
  for (int i = 0; i < 60000; ++i) {
    from.push_back(static_cast<node_id>(random() % 300));
    to.push_back(static_cast<node_id>(random() % 300));
    weights.push_back(std::ldexp(static_cast<double>(1 + random() % 1000), static_cast<int>(random() % 40) - 20));
  }
  const int before = omp_get_max_threads();
  std::vector<csr_graph> made, weighted;
  for (const int threads : {1, 2, 3, 7}) {
    omp_set_num_threads(threads);
    made.push_back(build_transition_graph(sequences, 900, false));
    weighted.push_back(build_edge_graph(from, to, weights, 300, false));
  }
  omp_set_num_threads(before);
  for (std::size_t i = 1; i < made.size(); ++i) {
    CHECK(made[i].offsets == made[0].offsets);
    CHECK(made[i].columns == made[0].columns);
    CHECK(made[i].cumulative == made[0].cumulative);
    CHECK(weighted[i].columns == weighted[0].columns);
    CHECK(weighted[i].cumulative == weighted[0].cumulative);
  }
}

TEST_CASE("graphs without transitions") {
  const csr_graph none = build_transition_graph(ragged{}, 4, true);
  CHECK(none.nodes() == 4);
  CHECK(none.edges() == 0);
  CHECK(none.offsets == std::vector<std::uint64_t>(5, 0));
  const csr_graph no_nodes = build_transition_graph(ragged{}, 0, false);
  CHECK(no_nodes.nodes() == 0);
  CHECK_FALSE(no_nodes.empty());
  CHECK(build_transition_graph(ragged_ref{}, 2, false).edges() == 0);

  ragged repeats;
  repeats.ids = {3, 3, 3};
  repeats.end_row();
  repeats.end_row();
  repeats.ids.push_back(1);
  repeats.end_row();
  CHECK(build_transition_graph(repeats, 4, false).edges() == 0);
}

TEST_CASE("bad transitions are refused with their place") {
  ragged s;
  s.ids = {0, 1, 2};
  s.end_row();
  s.ids.insert(s.ids.end(), {1, 9});
  s.end_row();
  CHECK_THROWS_WITH(build_transition_graph(s, 9, true), "node 9 at position 1 of sequence 1 is not among the 9 nodes");
  CHECK_NOTHROW(build_transition_graph(s, 10, true));
  const std::vector<std::uint32_t> short_weights(2, 1);
  CHECK_THROWS_AS(build_transition_graph(s, 10, true, short_weights), invalid_input);
  const std::vector<std::uint64_t> wrong{0, 4, 2, 5};
  CHECK_THROWS_AS(build_transition_graph(ragged_ref{wrong, s.ids}, 10, true), invalid_input);
  const std::vector<std::uint64_t> too_short{0, 3};
  CHECK_THROWS_AS(build_transition_graph(ragged_ref{too_short, s.ids}, 10, true), invalid_input);
  CHECK_THROWS_AS(build_transition_graph(ragged{}, std::size_t{1} << 33, true), invalid_input);
}

TEST_CASE("a row's sum may reach 2^32 - 1 and no more") {
  ragged s;
  s.ids = {0, 1, 0, 1};
  s.end_row();
  std::vector<std::uint32_t> weights{0x80000000u, 0x80000000u, 0x7FFFFFFFu, 0x7FFFFFFFu};
  const csr_graph g = build_transition_graph(s, 2, true, weights);  // 0→1: 2^31 + (2^31 − 1)
  CHECK(entries(g) == weight_map{{{0, 1}, 4294967295.0}, {{1, 0}, 2147483647.0}});
  weights = {0x80000000u, 0x80000000u, 0x80000000u, 0x80000000u};
  CHECK_THROWS_WITH(build_transition_graph(s, 2, true, weights), Catch::Contains("node 0 sum to 2^32"));

  ragged spread;  // two edges, neither too large by itself
  spread.ids = {2, 0, 2, 1};
  spread.end_row();
  weights = {0x80000000u, 0x80000000u, 0x80000000u, 0x80000000u};
  CHECK_THROWS_WITH(build_transition_graph(spread, 3, true, weights), Catch::Contains("node 2 sum to 2^32"));
}

TEST_CASE("edge lists agree with a map") {
  std::mt19937_64 random(77);
  const bool directed = GENERATE(false, true);
  const std::size_t nodes = GENERATE(1, 2, 33, 500);
  const std::size_t edges = GENERATE(0, 1, 31, 32, 33, 20000);
  std::vector<node_id> from, to;
  std::vector<double> weights;
  weight_map expected, expected_unit;
  for (std::size_t i = 0; i < edges; ++i) {
    const auto u = static_cast<node_id>(random() % nodes), v = static_cast<node_id>(random() % nodes);
    const auto w = static_cast<double>(1 + random() % 9);
    from.push_back(u), to.push_back(v), weights.push_back(w);
    expected[{u, v}] += w, expected_unit[{u, v}] += 1;
    if (!directed && u != v) expected[{v, u}] += w, expected_unit[{v, u}] += 1;
  }
  CHECK(entries(build_edge_graph(from, to, weights, nodes, directed)) == expected);
  CHECK(entries(build_edge_graph(from, to, {}, nodes, directed)) == expected_unit);
}

TEST_CASE("fractional weights are scaled per row to 2^24") {
  const std::vector<node_id> from{0, 0, 0, 1, 1}, to{1, 2, 3, 2, 2};
  const std::vector<double> weights{0.5, 0.25, 1e-12, 3e300, 1e300};
  const csr_graph g = build_edge_graph(from, to, weights, 4, true);
  CHECK(entries(g) == weight_map{{{0, 1}, 16777216}, {{0, 2}, 8388608}, {{0, 3}, 1}, {{1, 2}, 16777216}});

  // Whole weights whose row passes 2^32 are scaled as well, and so is every other row.
  const std::vector<double> large{4294967295.0, 1, 1, 2, 3};
  CHECK(entries(build_edge_graph(from, to, large, 4, true)) ==
        weight_map{{{0, 1}, 16777216}, {{0, 2}, 1}, {{0, 3}, 1}, {{1, 2}, 16777216}});
  const std::vector<double> just{4294967293.0, 1, 1, 2, 3};
  CHECK(entries(build_edge_graph(from, to, just, 4, true)) ==
        weight_map{{{0, 1}, 4294967293.0}, {{0, 2}, 1}, {{0, 3}, 1}, {{1, 2}, 5}});
}

TEST_CASE("a long row of fractional weights keeps its sum below 2^32") {
  constexpr node_id degree = 1000;  // 1000 · 2^24 would pass 2^32
  std::vector<node_id> from(degree, 0), to;
  std::vector<double> weights;
  for (node_id v = 0; v < degree; ++v) to.push_back(v), weights.push_back(0.3 + 0.1 * (v % 2));
  const csr_graph g = build_edge_graph(from, to, weights, degree, true);
  CHECK(g.cumulative.back() > 4.29e9);
  CHECK(g.weight(1, 0) / double(g.weight(0, 0)) == Approx(4.0 / 3).epsilon(1e-6));
}

TEST_CASE("bad edges are refused with their place") {
  const std::vector<node_id> from{0, 1}, to{1, 2};
  CHECK_THROWS_WITH(build_edge_graph(from, to, {}, 2, true), "node 2 of edge 1 is not among the 2 nodes");
  for (const double w : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    const std::vector<double> weights{1, w};
    CHECK_THROWS_WITH(build_edge_graph(from, to, weights, 3, true),
                      Catch::Contains("of edge 1 is not a finite number"));
  }
  const std::vector<double> one{1};
  CHECK_THROWS_AS(build_edge_graph(from, to, one, 3, true), invalid_input);
  CHECK_THROWS_AS(build_edge_graph(from, std::span(to).first(1), {}, 3, true), invalid_input);
  const std::vector<node_id> twice{0, 0}, same{1, 1};
  const std::vector<double> huge{1.7e308, 1.7e308};
  CHECK_THROWS_WITH(build_edge_graph(twice, same, huge, 2, true), Catch::Contains("add up to infinity"));
}

TEST_CASE("describe() agrees with a breadth-first search") {
  std::mt19937_64 random(5);
  const std::size_t nodes = GENERATE(1, 2, 33, 400);
  const std::size_t edges = GENERATE(0, 1, 150, 500);
  std::vector<node_id> from, to;
  for (std::size_t i = 0; i < edges; ++i) {
    from.push_back(static_cast<node_id>(random() % nodes));
    to.push_back(static_cast<node_id>(random() % (1 + nodes / 2)));
  }
  const csr_graph g = build_edge_graph(from, to, {}, nodes, true);
  std::vector<std::set<node_id>> either(nodes), out(nodes);
  for (std::size_t i = 0; i < edges; ++i) {
    either[from[i]].insert(to[i]), either[to[i]].insert(from[i]), out[from[i]].insert(to[i]);
  }
  graph_report expected;
  std::vector<bool> seen(nodes);
  for (node_id root = 0; root < nodes; ++root) {
    expected.edges += out[root].size();
    expected.isolated += either[root].empty();
    expected.max_degree = std::max<std::uint64_t>(expected.max_degree, out[root].size());
    std::size_t bucket = 0;
    while ((std::size_t{1} << bucket) <= out[root].size()) ++bucket;  // 0: 0, 1: 1, 2–3: 2, 4–7: 3 …
    expected.degree_histogram.resize(std::max(expected.degree_histogram.size(), bucket + 1));
    ++expected.degree_histogram[bucket];
    if (seen[root]) continue;
    std::uint64_t size = 0;
    std::queue<node_id> queue({root});
    for (seen[root] = true; !queue.empty(); queue.pop(), ++size) {
      for (const node_id v : either[queue.front()]) {
        if (!seen[v]) seen[v] = true, queue.push(v);
      }
    }
    ++expected.components;
    expected.largest_component = std::max(expected.largest_component, size);
  }
  const graph_report report = describe(g);
  CHECK(report.nodes == nodes);
  CHECK(report.edges == expected.edges);
  CHECK(report.isolated == expected.isolated);
  CHECK(report.components == expected.components);
  CHECK(report.largest_component == expected.largest_component);
  CHECK(report.max_degree == expected.max_degree);
  CHECK(report.mean_degree == Approx(double(expected.edges) / double(nodes)));
  CHECK(report.degree_histogram == expected.degree_histogram);
}

TEST_CASE("describe() of no graph") {
  CHECK(describe(csr_graph{}).nodes == 0);
  CHECK(describe(csr_graph{}).components == 0);
}
