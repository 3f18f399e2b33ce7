/// Edge lists: read alike in one block and in many; the graph's edges lie between its nodes.

#include "ingest/edge_list.hpp"
#include "target.hpp"

namespace m2grl::fuzz::edges_target {

config edges_config(const std::filesystem::path& root, const char* columns) {
  config cfg;
  cfg.data.root = root;
  cfg.data.edge_columns = columns;
  for (const char* name : {"first", "second"}) {
    view_config& view = cfg.views.emplace_back();
    view.name = name;
    view.edges = "edges.txt";
    view.sequences = sequence_source::walks;
  }
  if (*columns != '\0') cfg.views[0].edge_type = "1";
  return cfg;
}

void check(const view_data& view) {
  const csr_graph& graph = view.graph;
  require(graph.nodes() == view.ids.size(), "every node has a row");
  for (const node_id node : graph.columns) require(node < graph.nodes(), "edges lead to nodes");
  for (node_id node = 0; node < graph.nodes(); ++node) {
    for (std::uint64_t edge = graph.offsets[node]; edge < graph.offsets[node + 1]; ++edge) {
      require(graph.weight(edge, node) > 0, "edges have a weight");
    }
  }
}

void read(const config& cfg) {
  ingest::edge_views whole, cut;
  const std::string refused = refusal([&] { whole = ingest::read_edge_views(cfg, {}, 1); });
  // A line with two faults may be told by either.
  require(refusal([&] { cut = ingest::read_edge_views(cfg, {}, 1, 16); }).empty() == refused.empty(),
          "blocks of any size are taken or refused");
  if (!refused.empty()) return;
  require(whole.edges == cut.edges && whole.unused == cut.unused, "small blocks hold as many edges");
  for (std::size_t v = 0; v < whole.views.size(); ++v) {
    check(whole.views[v]);
    require(whole.views[v].ids.names() == cut.views[v].ids.names(), "small blocks name the same nodes");
    require(whole.views[v].graph.columns == cut.views[v].graph.columns, "small blocks give the same graph");
  }
}

M2GRL_FUZZ_TARGET(edges, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  static const config plain = edges_config(folder.path(), ""), typed = edges_config(folder.path(), "type u v weight");
  folder.write("edges.txt", input);
  read(input.size() % 2 == 0 ? plain : typed);  // half of the inputs each: twice as many in the same time
}

}  // namespace m2grl::fuzz::edges_target
