// Random walks: steps per second and core on a power-law graph, against random reads of the same amount of memory.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "m2grl/walks.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "support/probe.hpp"
#include "support/walk_cases.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t length = walk_length;
constexpr std::uint32_t batch = 64;

struct walk_kind_case {
  const char* name;
  walk_config walks;
  bool unit_weights;
  double target;  ///< steps per second and core; 0: none
};

/// Calls visit(nodes, length) for walks 0 … count − 1 of an epoch, on `threads` threads. Returns steps per second.
template <class Visit>
double walk(const walker& w, std::uint32_t epoch, std::uint64_t count, int threads, Visit visit) {
  std::uint64_t steps = 0;
  const double seconds = seconds_of([&] {
#pragma omp parallel num_threads(threads) reduction(+ : steps)
    {
      std::vector<node_id> nodes(batch * length);
      std::uint32_t lengths[batch];
#pragma omp for schedule(dynamic, 16)
      for (std::uint64_t first = 0; first < count; first += batch) {
        const auto some = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch, count - first));
        w.generate(epoch, first, some, nodes.data(), lengths);
        for (std::uint32_t i = 0; i < some; ++i) {
          steps += lengths[i] - 1;
          visit(nodes.data() + std::size_t{i} * length, lengths[i]);
        }
      }
    }
  });
  return static_cast<double>(steps) / seconds;
}

/// Every step is an edge. First-order walks on an undirected graph that starts everywhere visit nodes, by and by,
/// in proportion to their weighted degree: the `count` walks' last nodes are compared over groups of nodes.
void validate(const csr_graph& g, const walk_kind_case& c) {
  const walker w(g, c.walks, 7, 0);
  constexpr std::size_t groups = 8;  // by the highest bit of the degree
  std::vector<double> visits(32), expected(32);
  double all = 0, all_degrees = 0;
  const std::uint64_t count = 200000;
  std::uint64_t bad = 0;
  walk(w, 1, count, 1, [&](const node_id* nodes, std::uint32_t n) {
    for (std::uint32_t i = 0; i + 1 < n; ++i) bad += is_edge(g, nodes[i], nodes[i + 1]) ? 0 : 1;
    for (std::uint32_t i = n / 2; i < n; ++i) {
      ++visits[static_cast<std::size_t>(std::bit_width(g.degree(nodes[i])))];
      ++all;
    }
  });
  check(bad == 0, fmt::format("{}: {} steps are not edges", c.name, bad));
  if (c.walks.kind == walk_kind::node2vec) return;
  for (node_id u = 0; u < g.nodes(); ++u) {
    const double degree = c.walks.kind == walk_kind::uniform ? static_cast<double>(g.degree(u))
                                                             : static_cast<double>(g.cumulative[g.offsets[u + 1] - 1]);
    expected[static_cast<std::size_t>(std::bit_width(g.degree(u)))] += degree;
    all_degrees += degree;
  }
  std::size_t compared = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const double share = expected[k] / all_degrees, seen = visits[k] / all;
    if (share < 0.01) continue;
    ++compared;
    check(std::abs(seen - share) < 0.02 * share + 0.002,
          fmt::format("{}: nodes of degree {} … {} hold {:.4f} of the visits, not {:.4f}", c.name, 1u << (k - 1),
                      (1u << k) - 1, seen, share));
  }
  check(compared >= std::min<std::size_t>(groups, 4), "too few degrees to compare");
}

void body(const options& o, report& r) {
  const auto nodes = static_cast<std::uint32_t>(1e6 * o.size);
  const csr_graph g = power_law_graph(nodes, static_cast<std::uint64_t>(20e6 * o.size));
  fmt::print("graph: {} nodes, {} edges\n", g.nodes(), g.edges());
  csr_graph unit = g;
  make_unit(unit);
  const walk_kind_case cases[] = {{"uniform", walks_of(walk_kind::uniform), false, 45e6},
                                  {"weighted", walks_of(walk_kind::weighted), false, 0},
                                  {"node2vec_p0.5_q2", walks_of(walk_kind::node2vec, 0.5, 2), true, 8e6},
                                  {"node2vec_p0.25_q4", walks_of(walk_kind::node2vec, 0.25, 4), true, 0},
                                  {"weighted_node2vec_p0.5_q2", walks_of(walk_kind::node2vec, 0.5, 2), false, 0}};
  for (const auto& c : cases) validate(c.unit_weights ? unit : g, c);
  r.validated(
      fmt::format("200,000 walks of each kind: every step is an edge; visits of first-order walks in proportion "
                  "to degrees, within 2 %"));
  const std::vector<std::uint32_t> cycle = random_cycle(static_cast<std::uint32_t>(g.edges()));
  const int cores = omp_get_max_threads();
  for (const auto& c : cases) {
    const walker w(c.unit_weights ? unit : g, c.walks, 1, 0);
    const std::uint64_t count = std::min<std::uint64_t>(nodes, 300000);
    for (const int threads : {1, cores}) {
      const std::string name =
          threads == 1 ? fmt::format("{}_1_core", c.name) : fmt::format("{}_{}_cores", c.name, cores);
      if (!r.wants(name) || (threads > 1 && cores == 1)) continue;
      std::uint32_t epoch = 0;
      const auto nothing = [](const node_id*, std::uint32_t) {};
      figure f = compare(
          name, "steps/s", o.runs, [&] { return walk(w, ++epoch, count, threads, nothing); },
          "dependent random reads of the columns, 64 interleaved, one core",
          [&] { return gather_rate(cycle, 64, 0.1); });
      f.details = {{"steps_per_core", f.value / threads}, {"gather_share", f.share}};
      if (threads == 1 && c.target > 0) f.target_value = c.target;
      r.add(std::move(f));
      if (cores == 1) break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "walks", body); }
