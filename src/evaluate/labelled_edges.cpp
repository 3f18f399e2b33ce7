#include <fmt/format.h>

#include <algorithm>

#include "config/edge_lists.hpp"
#include "ingest/edge_file.hpp"
#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"
#include "m2grl/link_prediction.hpp"

namespace m2grl {
namespace {

using namespace ingest;

/// What the edges of a view are called in a type column.
const std::string& type_of(const model& m, std::size_t view) {
  const bool typed = view < m.cfg.views.size() && !m.cfg.views[view].edge_type.empty();
  return typed ? m.cfg.views[view].edge_type : m.views[view].name;
}

std::size_t view_named(const model& m, const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    if (m.views[v].name == name) return v;
    names.push_back(m.views[v].name);
  }
  throw invalid_input(fmt::format("the model has no view \"{}\"; it has {}", name, fmt::join(names, ", ")));
}

constexpr std::size_t no_view = static_cast<std::size_t>(-1);

std::size_t view_of_type(const model& m, const edge_file& file, const std::string& type) {
  std::size_t found = no_view;
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    if (type_of(m, v) != type) continue;
    if (found != no_view) {
      throw invalid_input({file.name}, fmt::format("edges of type \"{}\" belong to views \"{}\" and \"{}\": name one",
                                                   type, m.views[found].name, m.views[v].name));
    }
    found = v;
  }
  return found;
}

/// The view of each type, [types]; no_view: none. A file without a type column has one type.
std::vector<std::size_t> views_of_types(const model& m, const edge_file& file, const std::string& wanted) {
  if (file.types.size() == 0) {
    if (wanted.empty() && m.views.size() > 1) {
      throw invalid_input({file.name},
                          fmt::format("the edges have no type, and the model has {} views: name one", m.views.size()));
    }
    return {wanted.empty() ? 0 : view_named(m, wanted)};
  }
  std::vector<std::size_t> views;
  for (node_id t = 0; t < file.types.size(); ++t) {
    const std::string type = file.types.name(t);
    if (wanted.empty()) {
      views.push_back(view_of_type(m, file, type));
    } else {
      const std::size_t view = view_named(m, wanted);
      views.push_back(type_of(m, view) == type ? view : no_view);
    }
  }
  return views;
}

edge_file read(const model& m, const edge_list_source& source, bool labelled) {
  if (!source.view.empty()) (void)view_named(m, source.view);
  edge_file_options options;
  options.workers = worker_count(0);
  const std::string& trained = m.cfg.data.edge_columns;
  const bool given = !source.columns.empty();
  options.columns = parse_edge_columns(given      ? source.columns
                                       : labelled ? (trained.empty() ? "u v" : trained) + " label"
                                                  : trained);
  if (labelled && options.columns.label == no_column) {
    throw invalid_input(fmt::format("\"{}\" names no column label", source.columns));
  }
  if (labelled && source.view.empty()) {
    for (std::size_t v = 0; v < m.views.size(); ++v) options.types.push_back(type_of(m, v));
  }
  return read_edge_file({}, source.file.string(), options);
}

labelled_edge_lists sort_edges(const model& m, const edge_file& file, const std::string& view) {
  const std::vector<std::size_t> views = views_of_types(m, file, view);
  std::vector<labelled_edges> of_view(m.views.size());
  labelled_edge_lists out;
  for (std::size_t i = 0; i < file.size(); ++i) {
    const node_id type = file.type.empty() ? 0 : file.type[i];
    if (views[type] == no_view) {
      ++out.other_edges;
      continue;
    }
    labelled_edges& edges = of_view[views[type]];
    const vocabulary& ids = m.views[views[type]].ids;
    edges.from.push_back(ids.find(file.nodes.name(file.from[i])));
    edges.to.push_back(ids.find(file.nodes.name(file.to[i])));
    edges.positive.push_back(file.label.empty() ? 1 : file.label[i]);
  }
  for (std::size_t v = 0; v < of_view.size(); ++v) {
    if (of_view[v].size() == 0) continue;
    of_view[v].view = v;
    if (file.types.size() > 0) of_view[v].type = type_of(m, v);
    out.types.push_back(std::move(of_view[v]));
  }
  return out;
}

}  // namespace

labelled_edge_lists read_labelled_edges(const model& m, const edge_list_source& source) {
  return sort_edges(m, read(m, source, true), source.view);
}

labelled_edge_lists read_known_edges(const model& m, const edge_list_source& source) {
  return sort_edges(m, read(m, source, false), source.view);
}

}  // namespace m2grl
