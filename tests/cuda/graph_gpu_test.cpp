/// The transition graph built on the device against the host's: entry for entry, refusal for refusal.
#include <catch2/catch.hpp>
#include <vector>

#include "cuda/graph/transition_graph.hpp"
#include "cuda/runtime/handles.hpp"
#include "m2grl/error.hpp"
#include "random_graphs.hpp"

using namespace m2grl;
using support::check_same;

namespace {

void check_sequences(ragged_ref sequences, std::size_t nodes, bool directed,
                     const std::vector<std::uint32_t>& weights = {}) {
  const cuda::stream stream;
  const cuda::device_graph made = cuda::build_transition_graph(sequences, nodes, directed, weights, stream.get());
  check_same(made.download(stream.get()), build_transition_graph(sequences, nodes, directed, weights));
}

}  // namespace

TEST_CASE("the device's transition graph is the host's") {
  const bool directed = GENERATE(false, true), weighted = GENERATE(false, true);
  const auto [nodes, rows, longest] = GENERATE(from_range(support::sequence_sizes()));
  CAPTURE(directed, weighted, nodes);
  const ragged sequences = support::random_sequences(rows, nodes, longest, 5);
  const auto weights = weighted ? support::random_weights(sequences.ids.size(), 6) : std::vector<std::uint32_t>();
  check_sequences(sequences, nodes, directed, weights);
}

TEST_CASE("a graph of millions of transitions is the host's") {
  check_sequences(support::random_sequences(100000, 300000, 40, 7), 300000, false);
}

TEST_CASE("graphs without transitions on the device") {
  for (const bool directed : {false, true}) {
    check_sequences(ragged{}, 4, directed);
    check_sequences(ragged{}, 0, directed);
    check_sequences(ragged_ref{}, 2, directed);
    ragged repeats;
    repeats.ids = {3, 3, 3};
    repeats.end_row();
    repeats.end_row();
    repeats.ids.push_back(1);
    repeats.end_row();
    check_sequences(repeats, 4, directed);
    check_sequences(repeats, 4, directed, {1, 0, 2, 3});
  }
}

TEST_CASE("what the host refuses, the device refuses in the same words") {
  const cuda::stream stream;
  ragged s;
  s.ids = {0, 1, 0, 1, 0, 2};
  s.end_row();
  check_sequences(s, 3, true, {0x80000000u, 0x80000000u, 0x7FFFFFFEu, 0x7FFFFFFEu, 1, 1});
  const std::vector<std::uint32_t> beyond{0x80000000u, 0x80000000u, 0x7FFFFFFEu, 0x7FFFFFFEu, 2, 2};
  CHECK_THROWS_WITH(cuda::build_transition_graph(s, 3, true, beyond, stream.get()),
                    "the edge weights of node 0 sum to 2^32 or more");
  CHECK_THROWS_WITH(cuda::build_transition_graph(s, 2, true, {}, stream.get()),
                    "node 2 at position 5 of sequence 0 is not among the 2 nodes");
}

TEST_CASE("a graph comes back from either memory as it was") {
  const cuda::stream stream;
  const csr_graph g = support::random_graph(500, true, true, 4);
  for (const auto place : {cuda::memory_place::device, cuda::memory_place::pinned_host}) {
    check_same(cuda::device_graph(g, place).download(stream.get()), g);
    const csr_graph uniform = cuda::device_graph(g, place, false).download(stream.get());
    CHECK(uniform.columns == g.columns);
    CHECK(uniform.cumulative.empty());
  }
}
