#include "support/walk_cases.hpp"

#include <algorithm>

namespace m2grl::bench {

walk_config walks_of(walk_kind kind, double p, double q) {
  walk_config w;
  w.kind = kind;
  w.length = walk_length;
  w.p = p;
  w.q = q;
  return w;
}

bool is_edge(const csr_graph& g, node_id u, node_id v) {
  const auto begin = g.columns.begin();
  return std::binary_search(begin + static_cast<std::ptrdiff_t>(g.offsets[u]),
                            begin + static_cast<std::ptrdiff_t>(g.offsets[u + 1]), v);
}

void make_unit(csr_graph& g) {
#pragma omp parallel for schedule(dynamic, 4096)
  for (std::size_t u = 0; u < g.nodes(); ++u) {
    for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
      g.cumulative[e] = static_cast<std::uint32_t>(e - g.offsets[u] + 1);
    }
  }
}

}  // namespace m2grl::bench
