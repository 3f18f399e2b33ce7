/// Lists of nodes, a line each.

#include "m2grl/selection.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  static const vocabulary nodes(test::numbered("i", 12), std::vector<std::uint64_t>(12, 1));
  const std::string file = folder.write("nodes", fuzz::text_of(bytes, count)).string();
  listed_nodes found;
  if (!fuzz::refusal([&] { found = read_nodes(nodes, file); }).empty()) return 0;
  fuzz::require(found.lines == found.nodes.size() + found.unknown_lines, "every line is counted");
  std::string text;
  for (const node_id node : found.nodes) {
    fuzz::require(node < nodes.size(), "listed nodes are known");
    text += nodes.name(node) + '\n';
  }
  folder.write("nodes", text);
  fuzz::require(read_nodes(nodes, file).nodes == found.nodes, "nodes come back as they were");
  return 0;
}
