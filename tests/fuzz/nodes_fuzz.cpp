/// Lists of nodes, a line each.

#include "m2grl/selection.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

namespace m2grl::fuzz::nodes_target {

M2GRL_FUZZ_TARGET(nodes, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  static const vocabulary nodes(test::numbered("i", 12), std::vector<std::uint64_t>(12, 1));
  const std::string file = folder.write("nodes", input).string();
  listed_nodes found;
  if (!refusal([&] { found = read_nodes(nodes, file); }).empty()) return;
  require(found.lines == found.nodes.size() + found.unknown_lines, "every line is counted");
  std::string text;
  for (const node_id node : found.nodes) {
    require(node < nodes.size(), "listed nodes are known");
    text += nodes.name(node) + '\n';
  }
  folder.write("nodes", text);
  require(read_nodes(nodes, file).nodes == found.nodes, "nodes come back as they were");
}

}  // namespace m2grl::fuzz::nodes_target
