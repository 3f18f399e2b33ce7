#include <fmt/format.h>

#include <algorithm>

#include "ingest/find_link.hpp"
#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/recommend.hpp"
#include "m2grl/relation_space.hpp"

namespace m2grl {
namespace {

const link_data* link_to(const model& m, std::size_t view) { return find_link(m.links, 0, view); }

const relation* relation_to(const model& m, std::size_t view) {
  const auto found = std::find_if(m.relations.begin(), m.relations.end(),
                                  [&](const relation& known) { return known.from == 0 && known.to == view; });
  return found == m.relations.end() ? nullptr : &*found;
}

/// The vectors of a view's nodes in the relation space that items share with it; the plain ones where there is none.
table relation_space(const model& m, std::size_t view) {
  const table& nodes = m.views[view].tables.input;
  const relation* r = relation_to(m, view);
  if (r == nullptr) return nodes.clone();
  const table& w = r->w_to.empty() ? r->w_from : r->w_to;
  return in_relation_space(nodes, w, r->projection);
}

std::vector<std::size_t> linked_views(const model& m) {
  std::vector<std::size_t> views;
  for (std::size_t v = 1; v < m.views.size(); ++v) {
    if (link_to(m, v) != nullptr) views.push_back(v);
  }
  if (views.empty()) {
    throw invalid_input(
        fmt::format("a metric model needs a linked category-like view, but no view is linked from "
                    "\"{}\", the item view",
                    m.views.at(0).name));
  }
  return views;
}

}  // namespace

std::string category_view(const model& m, const std::string& name) {
  if (name.empty()) return m.views[linked_views(m).front()].name;
  const std::size_t view = view_index(m, name);
  if (view != 0 && link_to(m, view) != nullptr) return name;
  throw invalid_input(fmt::format("a metric model needs a linked category-like view, but \"{}\" {}", name,
                                  view == 0 ? "is the item view" : "is not linked from the item view"));
}

std::vector<node_id> main_nodes(const model& m, const std::string& view) {
  const link_data& link = *link_to(m, view_index(m, category_view(m, view)));
  std::vector<node_id> nodes(m.views[0].ids.size(), no_node);
  for (std::size_t item = 0; item < nodes.size(); ++item) {
    std::uint32_t most = 0;
    for (std::uint64_t i = link.targets.offsets[item]; i < link.targets.offsets[item + 1]; ++i) {
      const node_id node = link.targets.ids[i];
      if (link.counts[i] < most || (link.counts[i] == most && node > nodes[item])) continue;
      most = link.counts[i];
      nodes[item] = node;
    }
  }
  return nodes;
}

std::size_t metric_dim(const model& m, metric_instance instance) {
  std::size_t dim = m.views.at(0).tables.input.dim() * (instance == metric_instance::both ? 2 : 1);
  for (const std::size_t view : linked_views(m)) {
    const relation* r = relation_to(m, view);
    dim += r == nullptr ? m.views[view].tables.input.dim() : r->w_from.rows();
  }
  return dim;
}

table metric_inputs(const model& m, metric_instance instance) {
  const view_tables& items = m.views.at(0).tables;
  const auto views = linked_views(m);
  std::vector<table> spaces;
  for (const std::size_t view : views) spaces.push_back(relation_space(m, view));
  std::vector<vector_part> parts{{&items.input}};
  if (instance == metric_instance::both) parts.push_back({&items.output});
  for (std::size_t i = 0; i < views.size(); ++i) parts.push_back({&spaces[i], nullptr, link_to(m, views[i])});
  return query_vectors(parts);
}

}  // namespace m2grl
