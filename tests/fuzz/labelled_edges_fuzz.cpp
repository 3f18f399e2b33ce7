/// Edges with types and labels, as link prediction reads them.

#include "m2grl/link_prediction.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

namespace m2grl::fuzz::labelled_edges_target {

M2GRL_FUZZ_TARGET(labelled_edges, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  static const model m = test::small_model(12, 4);
  const edge_list_source source{folder.write("edges.txt", input), "type u v label", ""};
  labelled_edge_lists found;
  if (!refusal([&] { found = read_labelled_edges(m, source); }).empty()) return;
  for (const labelled_edges& edges : found.types) {
    const std::size_t nodes = m.views.at(edges.view).ids.size();
    require(edges.size() > 0 && edges.to.size() == edges.size() && edges.positive.size() == edges.size(),
            "every edge has two ends and a label");
    for (std::size_t e = 0; e < edges.size(); ++e) {
      require(edges.from[e] < nodes || edges.from[e] == no_node, "edges begin at nodes");
      require(edges.to[e] < nodes || edges.to[e] == no_node, "edges lead to nodes");
      require(edges.positive[e] <= 1, "labels are 0 or 1");
    }
  }
}

}  // namespace m2grl::fuzz::labelled_edges_target
