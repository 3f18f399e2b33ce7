#include "m2grl/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "config/edge_lists.hpp"
#include "ingest/attribute_table.hpp"
#include "ingest/cold_items.hpp"
#include "ingest/edge_list.hpp"
#include "ingest/event_log.hpp"
#include "ingest/find_link.hpp"
#include "ingest/finish_queries.hpp"
#include "ingest/parallel.hpp"
#include "ingest/sessions.hpp"
#include "ingest/views.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

using namespace ingest;

std::vector<std::string> texts_of(const id_names& ids) {
  std::vector<std::string> names;
  names.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) names.push_back(ids.name(static_cast<node_id>(i)));
  return names;
}

/// Views (beyond the item view) whose column lies in the log.
bool in_log(const view_config& view) { return view.edges.empty() && view.table.empty(); }

void require_pairs(const split_events& split) {
  for (std::size_t s = 0; s + 1 < split.session_begin.size(); ++s) {
    if (split.session_begin[s + 1] - split.session_begin[s] >= 2) return;
  }
  throw invalid_input(
      fmt::format("none of the {} sessions of {} training events has two of them: there is nothing to "
                  "train on",
                  split.session_begin.size() - 1, split.events.size()));
}

value_source source_of(const config& cfg, std::size_t v, const event_log& log, std::size_t& column) {
  const view_config& view = cfg.views[v];
  if (v == 0) return {texts_of(log.items), &log.item, {}};
  if (!in_log(view)) {
    attribute_values attributes = read_attributes(cfg.data, view, log.items);
    return {std::move(attributes.names), &log.item, std::move(attributes.rows)};
  }
  const id_names& cells = log.attributes[column];
  const std::vector<node_id>& cell_of_event = log.attribute[column++];
  if (view.separator.empty()) return {texts_of(cells), &cell_of_event, {}};
  attribute_values parts = split_cells(cells, view.separator);
  return {std::move(parts.names), &cell_of_event, std::move(parts.rows)};
}

/// Every attribute view is linked from the item view, and so is every other view of its nodes where those come from
/// an edge list; then come the links that the configuration adds.
std::vector<std::pair<std::size_t, std::size_t>> wanted_links(const config& cfg) {
  std::vector<std::pair<std::size_t, std::size_t>> wanted;
  for (std::size_t v = 1; v < cfg.views.size(); ++v) {
    if (cfg.views[v].edges.empty() || share_nodes(cfg.views[0], cfg.views[v])) wanted.emplace_back(0, v);
  }
  for (const link_config& link : cfg.links) {
    const std::pair pair{view_of_link(cfg.views, link.from), view_of_link(cfg.views, link.to)};
    if (std::find(wanted.begin(), wanted.end(), pair) == wanted.end()) wanted.push_back(pair);
  }
  return wanted;
}

/// Whether two views are linked by the nodes that they share, or by events. Throws invalid_input where by neither.
bool linked_by_nodes(const view_config& from, const view_config& to) {
  if (from.edges.empty() && to.edges.empty()) return false;
  if (share_nodes(from, to)) return true;
  throw invalid_input(
      fmt::format("\"{}\" and \"{}\" cannot be linked: a view from an edge list has no events, only the nodes that it "
                  "shares with views of the same file, or of the same \"nodes\"",
                  from.name, to.name));
}

void add_link(link_data link, std::size_t from, std::size_t to, dataset& out) {
  link.from = from;
  link.to = to;
  out.links.push_back(std::move(link));
}

void check_sources(const config& cfg) {
  if (!cfg.data.events.empty() && !cfg.data.sequences.empty()) {
    throw invalid_input("both data.events and data.sequences name a file");
  }
  if (!cfg.views.front().edges.empty()) {
    throw invalid_input(
        fmt::format("the first view, \"{}\", is the item view: beside a log it cannot come from an "
                    "edge list",
                    cfg.views.front().name));
  }
  for (std::size_t v = 1; v < cfg.views.size(); ++v) {
    const view_config& view = cfg.views[v];
    if (view.edges.empty() && view.column.empty()) {
      throw invalid_input(fmt::format("view \"{}\" names neither a column nor an edge list", view.name));
    }
    if (in_log(view) && cfg.data.events.empty()) {
      throw invalid_input(
          fmt::format("view \"{}\" is a column of the log, but data.sequences has no columns", view.name));
    }
  }
}

void load_events(const config& cfg, const load_options& options, dataset& out) {
  check_sources(cfg);
  const std::size_t workers = worker_count(cfg.train.threads);
  std::vector<std::string> columns;
  for (std::size_t v = 1; v < cfg.views.size(); ++v) {
    if (in_log(cfg.views[v])) columns.push_back(cfg.views[v].column);
  }
  const event_log log = cfg.data.sequences.empty() ? read_event_log(cfg.data, columns, workers, out.report)
                                                   : read_sequence_file(cfg.data, workers, out.report);
  const split_events split_of_log = split(log, order_events(log, cfg.data), cfg.data, cfg.split, out.report);
  require_pairs(split_of_log);
  edge_views from_edges = read_edge_views(cfg, options, workers);  // not events of the log
  std::vector<value_source> values;
  std::vector<built_view> built;
  std::size_t column = 0;
  for (std::size_t v = 0; v < cfg.views.size(); ++v) {
    if (!cfg.views[v].edges.empty()) {
      values.emplace_back();
      built.push_back({std::move(from_edges.views[v]), {}});
      continue;
    }
    values.push_back(source_of(cfg, v, log, column));
    const std::uint64_t least = v == 0 ? cfg.data.min_count : cfg.views[v].min_count;
    built.push_back(build_view(log, split_of_log, cfg.views[v], values.back(), least,
                               known_ids(options, cfg.views[v].name), out.report));
    view_data& view = built.back().view;
    if (std::all_of(view.ids.counts().begin(), view.ids.counts().end(), [](auto count) { return count == 0; })) {
      throw invalid_input(fmt::format("view \"{}\" has no node that occurs in training", view.name));
    }
    if (cfg.views[v].sequences == sequence_source::walks && options.build_graphs) {
      view.graph = build_transition_graph(view.sequences, view.ids.size(), cfg.views[v].directed, view.event_weights);
      view.event_weights = {};
    }
  }
  for (const auto& [from, to] : wanted_links(cfg)) {
    const bool of_nodes = linked_by_nodes(cfg.views[from], cfg.views[to]);
    add_link(of_nodes ? link_nodes(built[from].view, built[to].view)
                      : build_link(log, split_of_log, built[from], values[from], built[to], values[to]),
             from, to, out);
  }
  found_cold_items cold = find_cold_items(log, split_of_log, values, built, out.links);
  out.validation = finish_queries(split_of_log.validation, log, built[0], cold, cfg.data.unit);
  out.test = finish_queries(split_of_log.test, log, built[0], cold, cfg.data.unit);
  out.cold = std::move(cold.items);
  for (built_view& b : built) out.views.push_back(std::move(b.view));
}

/// A data set of edge lists alone: its edges are the events.
void load_edges(const config& cfg, const load_options& options, dataset& out) {
  for (const view_config& view : cfg.views) {
    if (!view.edges.empty()) continue;
    throw invalid_input(fmt::format("view \"{}\" needs a log: data.events and data.sequences are empty", view.name));
  }
  edge_views read = read_edge_views(cfg, options, worker_count(cfg.train.threads));
  out.views = std::move(read.views);
  out.report.events_read = read.edges;
  out.report.events_kept = out.report.training_events = read.edges - read.unused;
  if (!cfg.data.edge_columns.empty()) {
    out.report.dropped.push_back({"edge of a type that no view takes", read.unused});
  }
  for (const auto& [from, to] : wanted_links(cfg)) {
    (void)linked_by_nodes(cfg.views[from], cfg.views[to]);
    add_link(link_nodes(out.views[from], out.views[to]), from, to, out);
  }
}

}  // namespace

const vocabulary* known_ids(const load_options& options, const std::string& view) {
  const auto found = std::find_if(options.known.begin(), options.known.end(),
                                  [&](const known_nodes& nodes) { return nodes.view == view; });
  return found == options.known.end() ? nullptr : found->ids;
}

namespace {

/// Known nodes were drawn as negatives by what they occurred before, too.
void add_noise_counts(view_data& view, const vocabulary& known) {
  view.noise_counts = view.ids.counts();
  for (std::size_t i = 0; i < known.size(); ++i) view.noise_counts[i] += known.counts()[i];
}

}  // namespace

dataset load_dataset(const config& cfg, const load_options& options) {
  const auto start = std::chrono::steady_clock::now();
  if (cfg.views.empty()) throw invalid_input("the configuration has no [[views]]");
  dataset out;
  if (cfg.data.events.empty() && cfg.data.sequences.empty()) {
    load_edges(cfg, options, out);
  } else {
    load_events(cfg, options, out);
  }
  for (view_data& view : out.views) {
    if (const vocabulary* known = known_ids(options, view.name)) add_noise_counts(view, *known);
  }
  out.report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace m2grl
