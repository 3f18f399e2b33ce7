/// Edges with types and labels, as link prediction reads them.

#include "m2grl/link_prediction.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  static const model m = test::small_model(12, 4);
  const edge_list_source source{folder.write("edges.txt", fuzz::text_of(bytes, count)), "type u v label", ""};
  labelled_edge_lists found;
  if (!fuzz::refusal([&] { found = read_labelled_edges(m, source); }).empty()) return 0;
  for (const labelled_edges& edges : found.types) {
    const std::size_t nodes = m.views.at(edges.view).ids.size();
    fuzz::require(edges.size() > 0 && edges.to.size() == edges.size() && edges.positive.size() == edges.size(),
                  "every edge has two ends and a label");
    for (std::size_t e = 0; e < edges.size(); ++e) {
      fuzz::require(edges.from[e] < nodes || edges.from[e] == no_node, "edges begin at nodes");
      fuzz::require(edges.to[e] < nodes || edges.to[e] == no_node, "edges lead to nodes");
      fuzz::require(edges.positive[e] <= 1, "labels are 0 or 1");
    }
  }
  return 0;
}
