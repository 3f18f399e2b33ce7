#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "m2grl/graph.hpp"

namespace m2grl {
namespace {

/// Disjoint sets by size, with path halving.
class disjoint_sets {
 public:
  explicit disjoint_sets(std::size_t size) : parent_(size), size_(size, 1) {
    std::iota(parent_.begin(), parent_.end(), node_id{0});
  }
  node_id find(node_id u) {
    while (parent_[u] != u) u = parent_[u] = parent_[parent_[u]];
    return u;
  }
  void join(node_id u, node_id v) {
    u = find(u), v = find(v);
    if (u == v) return;
    if (size_[u] < size_[v]) std::swap(u, v);
    parent_[v] = u;
    size_[u] += size_[v];
  }
  [[nodiscard]] bool is_root(node_id u) const { return parent_[u] == u; }
  [[nodiscard]] std::uint64_t size_of_root(node_id u) const { return size_[u]; }

 private:
  std::vector<node_id> parent_;
  std::vector<std::uint32_t> size_;
};

}  // namespace

graph_report describe(const csr_graph& graph) {
  graph_report report;
  report.nodes = graph.nodes();
  report.edges = graph.edges();
  if (report.nodes == 0) return report;

  disjoint_sets sets(graph.nodes());
  std::vector<bool> touched(graph.nodes());
  for (node_id u = 0; u < graph.nodes(); ++u) {
    const std::uint64_t degree = graph.degree(u);
    const auto bucket = static_cast<std::size_t>(std::bit_width(degree));
    if (report.degree_histogram.size() <= bucket) report.degree_histogram.resize(bucket + 1);
    ++report.degree_histogram[bucket];
    report.max_degree = std::max(report.max_degree, degree);
    if (degree > 0) touched[u] = true;
    for (std::uint64_t e = graph.offsets[u]; e < graph.offsets[u + 1]; ++e) {
      touched[graph.columns[e]] = true;
      sets.join(u, graph.columns[e]);
    }
  }
  for (node_id u = 0; u < graph.nodes(); ++u) {
    if (!touched[u]) ++report.isolated;
    if (!sets.is_root(u)) continue;
    ++report.components;
    report.largest_component = std::max(report.largest_component, sets.size_of_root(u));
  }
  report.mean_degree = static_cast<double>(report.edges) / static_cast<double>(report.nodes);
  return report;
}

}  // namespace m2grl
