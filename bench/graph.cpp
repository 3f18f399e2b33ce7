// Sequences to a CSR graph: transitions per second, against Thrust's sort of the same number of keys.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <vector>

#include "graph/adjacency.hpp"
#include "graph/sort_keys.hpp"
#include "m2grl/graph.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t length = 21;  // 20 transitions a sequence

/// Keys u << 32 | v of every transition, both directions where `both`.
std::vector<std::uint64_t> transition_keys(const ragged& s, bool both) {
  std::vector<std::uint64_t> keys;
  for (std::size_t row = 0; row < s.size(); ++row) {
    for (std::size_t i = 0; i + 1 < s[row].size(); ++i) {
      const std::uint64_t u = s[row][i], v = s[row][i + 1];
      if (u == v) continue;
      keys.push_back(u << 32 | v);
      if (both) keys.push_back(v << 32 | u);
    }
  }
  return keys;
}

/// The graph against a plain sort and count of the same transitions, edge by edge.
void validate(const ragged& s, std::uint32_t nodes, bool directed) {
  const csr_graph g = build_transition_graph(s, nodes, directed);
  std::vector<std::uint64_t> keys = transition_keys(s, !directed);
  std::sort(keys.begin(), keys.end());
  std::size_t i = 0;
  for (node_id u = 0; u < nodes; ++u) {
    std::uint32_t sum = 0;
    for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
      const std::uint64_t key = static_cast<std::uint64_t>(u) << 32 | g.columns[e];
      check(i < keys.size() && keys[i] == key, fmt::format("edge {} of node {} is not the next one", e, u));
      for (; i < keys.size() && keys[i] == key; ++i) ++sum;
      check(g.cumulative[e] == sum, fmt::format("the prefix sum of edge {} is {}, not {}", e, g.cumulative[e], sum));
    }
  }
  check(i == keys.size(), "edges are missing");
}

void body(const options& o, report& r) {
  const auto nodes = static_cast<std::uint32_t>(1e6 * o.size);
  const auto sequences = static_cast<std::uint64_t>(1e6 * o.size);
  for (const bool directed : {false, true}) {
    validate(random_sequences(sequences / 10 + 1, length, nodes, skew::zipf), nodes, directed);
  }
  r.validated("2 M transitions, directed and not: every edge and prefix sum against a plain sort and count");
  for (const skew ids : {skew::uniform, skew::zipf}) {
    const ragged s = random_sequences(sequences, length, nodes, ids);
    const std::vector<std::uint64_t> keys = [&] {
      std::vector<std::uint64_t> made = transition_keys(s, false);
      const graph_detail::edge_key key(nodes);
      for (std::uint64_t& k : made) k = key(static_cast<node_id>(k >> 32), static_cast<node_id>(k));
      return made;
    }();
    std::vector<std::uint64_t> sorted(keys.size());
    const auto transitions = static_cast<double>(keys.size());
    for (const bool directed : {false, true}) {
      const std::string name = fmt::format("{}_{}_{}_cores", ids == skew::uniform ? "uniform" : "zipf",
                                           directed ? "directed" : "undirected", omp_get_max_threads());
      if (!r.wants(name)) continue;
      std::uint64_t edges = 0;
      figure f = compare(
          name, "transitions/s", o.runs,
          [&] { return transitions / seconds_of([&] { edges = build_transition_graph(s, nodes, directed).edges(); }); },
          "the bare sort of as many 64-bit keys",
          [&] {
            std::copy(keys.begin(), keys.end(), sorted.begin());
            return transitions / seconds_of([&] { graph_detail::sort_keys(sorted.data(), sorted.size()); });
          });
      check(std::is_sorted(sorted.begin(), sorted.end()), "the bare sort did not sort");
      if (omp_get_max_threads() >= 2) f.target_value = 10e6;
      f.details = {{"transitions", transitions}, {"edges", static_cast<double>(edges)}};
      r.add(std::move(f));
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "graph", body); }
