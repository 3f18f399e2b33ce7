/// The bodies of building a transition graph, with the standard library's sort and sums between them as the device has
/// CUB's: the same graph as the host's own builder.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

#include "cuda/graph/transition_body.hpp"
#include "m2grl/graph.hpp"
#include "random_graphs.hpp"

using namespace m2grl;
using support::check_same;

namespace {

struct built {
  csr_graph graph;
  bool overflows = false;
};

built build(const ragged& sequences, std::size_t nodes, bool directed, const std::vector<std::uint32_t>& weights) {
  const cuda::edge_key key(nodes);
  const std::size_t events = sequences.ids.size(), slots = directed ? events : 2 * events;
  std::vector<std::uint8_t> starts(events, 0);
  for (std::size_t r = 0; r < sequences.size(); ++r) {
    if (sequences.offsets[r] < events) starts[sequences.offsets[r]] = 1;
  }
  const bool weighted = !weights.empty();
  std::vector<std::uint64_t> keys(slots);
  std::vector<std::uint32_t> slot_weights(weighted ? slots : 0);
  const cuda::event_run run{sequences.ids.data(), starts.data(), weighted ? weights.data() : nullptr, events};
  for (std::size_t i = 0; i < events; ++i) {
    cuda::write_transition(run, key, directed, i, {keys.data(), weighted ? slot_weights.data() : nullptr});
  }
  std::vector<std::size_t> order(slots);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  std::vector<std::uint64_t> distinct, sums;
  for (const std::size_t i : order) {
    if (distinct.empty() || distinct.back() != keys[i]) {
      distinct.push_back(keys[i]);
      sums.push_back(0);
    }
    sums.back() += weighted ? slot_weights[i] : 1;
  }
  const std::size_t edges = distinct.size() - (!distinct.empty() && distinct.back() == key.none() ? 1 : 0);
  std::partial_sum(sums.begin(), sums.end(), sums.begin());

  built result;
  result.graph = {std::vector<std::uint64_t>(nodes + 1), std::vector<node_id>(edges),
                  std::vector<std::uint32_t>(edges)};
  const cuda::sorted_edges sorted{distinct.data(), sums.data(), edges};
  for (std::size_t u = 0; u <= nodes; ++u) result.graph.offsets[u] = cuda::row_begin(sorted, key, u);
  for (std::size_t e = 0; e < edges; ++e) {
    const bool fits = cuda::finish_edge(sorted, key, result.graph.offsets.data(), e, result.graph.columns.data(),
                                        result.graph.cumulative.data());
    result.overflows = result.overflows || !fits;
  }
  return result;
}

}  // namespace

TEST_CASE("keys, rows and sums are the host builder's") {
  const bool directed = GENERATE(false, true), weighted = GENERATE(false, true);
  const auto [nodes, rows, longest] = GENERATE(from_range(support::sequence_sizes()));
  CAPTURE(directed, weighted, nodes);
  const ragged sequences = support::random_sequences(rows, nodes, longest, 5);
  const auto weights = weighted ? support::random_weights(sequences.ids.size(), 6) : std::vector<std::uint32_t>();
  const built made = build(sequences, nodes, directed, weights);
  CHECK_FALSE(made.overflows);
  check_same(made.graph, build_transition_graph(sequences, nodes, directed, weights));
}

TEST_CASE("no key of an edge is as large as the one that stands for none") {
  for (const std::size_t nodes : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{65535},
                                  std::size_t{65536}, std::size_t{no_node}}) {
    const cuda::edge_key key(nodes);
    const auto last = static_cast<node_id>(nodes - 1);
    CAPTURE(nodes);
    CHECK(key(last, last) < key.none());
    CHECK(key.from(key(last, 0)) == last);
    CHECK(key.to(key(0, last)) == last);
    CHECK((key.bits() == 64 || key.none() >> key.bits() == 0));
  }
}

TEST_CASE("a row's sum may reach 2^32 - 1 and no more") {
  ragged s;
  s.ids = {0, 1, 0, 1, 0, 2};
  s.end_row();
  const std::vector<std::uint32_t> fits{0x80000000u, 0x80000000u, 0x7FFFFFFEu, 0x7FFFFFFEu, 1, 1};
  built made = build(s, 3, true, fits);  // row 0: 2^31 + (2^31 − 2) to node 1, 1 to node 2
  CHECK_FALSE(made.overflows);
  check_same(made.graph, build_transition_graph(s, 3, true, fits));
  std::vector<std::uint32_t> beyond = fits;
  beyond[4] = beyond[5] = 2;
  CHECK(build(s, 3, true, beyond).overflows);
  CHECK_THROWS(build_transition_graph(s, 3, true, beyond));
}
