#include "config/check_edges.hpp"

#include <fmt/format.h>

#include "config/edge_lists.hpp"
#include "m2grl/error.hpp"

namespace m2grl::config_keys {
namespace {

edge_columns checked_columns(const config& cfg, const key_places& places) {
  const std::string key = "data.edge_columns";
  edge_columns columns;
  try {
    columns = parse_edge_columns(cfg.data.edge_columns);
  } catch (const invalid_input& fault) {
    fail(places, key, fmt::format("{}: {}", key, fault.what()));
  }
  if (columns.label != no_column) {
    fail(places, key, key + " names a label: edges with a label are for evaluation, not for training");
  }
  return columns;
}

void check_view(const config& cfg, std::size_t v, const edge_columns& columns, const key_places& places) {
  const view_config& view = cfg.views[v];
  const std::string path = fmt::format("views.{}", v);
  const auto require = [&](bool holds, const char* key, const std::string& message) {
    if (!holds) fail(places, path + key, message);
  };
  for (const auto& [key, value] : {std::pair{".edge_type", view.edge_type}, std::pair{".nodes", view.nodes}}) {
    require(value.empty() || !view.edges.empty(), key,
            fmt::format("{}{} is \"{}\", but view \"{}\" comes from no edge list", path, key, value, view.name));
  }
  if (view.edges.empty()) return;
  require(
      view.column.empty() && view.table.empty(), ".edges",
      fmt::format("view \"{}\" has both edges and a column or table: it can come from one of them only", view.name));
  require(
      view.sequences == sequence_source::walks, ".sequences",
      fmt::format("view \"{}\" comes from an edge list, which has no sessions: set sequences = \"walks\"", view.name));
  require(v > 0 || (cfg.data.events.empty() && cfg.data.sequences.empty()), ".edges",
          "the first view is the item view: where there is a log it comes from data.item, not from an edge list");
  require(view.edge_type.empty() || columns.type != no_column, ".edge_type",
          fmt::format("view \"{}\" asks for edges of type \"{}\", but data.edge_columns names no type column",
                      view.name, view.edge_type));
}

}  // namespace

void check_edge_lists(const config& cfg, const key_places& places) {
  const edge_columns columns = checked_columns(cfg, places);
  for (std::size_t v = 0; v < cfg.views.size(); ++v) check_view(cfg, v, columns, places);
}

void check_edge_link(const view_config& from, const view_config& to, const std::string& path,
                     const key_places& places) {
  if ((from.edges.empty() && to.edges.empty()) || share_nodes(from, to)) return;
  fail(places, path,
       fmt::format("\"{}\" and \"{}\" cannot be linked: a view from an edge list has no events, only the nodes that it "
                   "shares with views of the same file, or of the same \"nodes\"",
                   from.name, to.name));
}

}  // namespace m2grl::config_keys
