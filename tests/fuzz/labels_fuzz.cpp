/// Labels of nodes: written and read again they are the same.

#include "m2grl/node_classification.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

namespace m2grl::fuzz::labels_target {

M2GRL_FUZZ_TARGET(labels, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  static const vocabulary nodes(test::numbered("i", 12), std::vector<std::uint64_t>(12, 1));
  const std::string file = folder.write("labels", input).string();
  node_labels found;
  if (!refusal([&] { found = read_labels(nodes, file); }).empty()) return;
  require_ragged(found.of_node, found.names.size());
  require(found.of_node.size() == found.nodes.size() && !found.nodes.empty(), "every node has a row");
  std::string text;
  std::size_t words = 0;
  for (std::size_t n = 0; n < found.nodes.size(); ++n) {
    require(found.nodes[n] < nodes.size(), "labelled nodes are known");
    for (const node_id label : ragged_ref(found.of_node)[n]) {
      text += nodes.name(found.nodes[n]) + ' ' + found.names[label] + '\n';
      ++words;
    }
  }
  folder.write("labels", text);
  const node_labels again = read_labels(nodes, file);
  require(again.nodes == found.nodes && again.of_node.offsets == found.of_node.offsets && again.lines == words,
          "labels come back as they were");
}

}  // namespace m2grl::fuzz::labels_target
