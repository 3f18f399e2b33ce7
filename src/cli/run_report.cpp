#include "cli/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "config/enum_names.hpp"
#include "m2grl/graph.hpp"

namespace m2grl::cli {
namespace {

/// Degrees by powers of two: "0: 3, 1: 10, 2–3: 40, 4–7: 12".
std::string histogram_text(const std::vector<std::uint64_t>& counts) {
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const std::uint64_t low = i == 0 ? 0 : std::uint64_t{1} << (i - 1), high = i == 0 ? 0 : (std::uint64_t{1} << i) - 1;
    if (!text.empty()) text += ", ";
    text +=
        (low == high ? grouped(low) : fmt::format("{}–{}", grouped(low), grouped(high))) + ": " + grouped(counts[i]);
  }
  return text;
}

/// The graph that a view walks on, which training may have yet to build; of sessions, that of their transitions.
std::string graph_text(const view_data& view, const view_config& how) {
  const graph_report g =
      view.graph.empty()
          ? describe(build_transition_graph(view.sequences, view.ids.size(), how.directed, view.event_weights))
          : describe(view.graph);
  const char* what = how.sequences == sequence_source::walks ? "walked on" : "transitions of its sessions";
  return fmt::format(
      "  {} ({}, {})\n    {}, {}, mean degree {:.1f}, largest {}\n    {}, the largest of {}; {} isolated\n"
      "    nodes by degree: {}\n",
      view.name, what, how.directed ? "directed" : "undirected", plural(g.nodes, "node", "nodes"),
      plural(g.edges, "entry", "entries"), g.mean_degree, grouped(g.max_degree),
      plural(g.components, "component", "components"), plural(g.largest_component, "node", "nodes"),
      grouped(g.isolated), histogram_text(g.degree_histogram));
}

std::string view_task_text(const view_data& view, const view_config& how) {
  if (how.sequences == sequence_source::walks) {
    const auto walks = static_cast<std::uint64_t>(view.ids.size()) * how.walks.per_node;
    return fmt::format("{} walks of up to {} nodes an epoch", grouped(walks), how.walks.length);
  }
  return fmt::format("{} of {} positions", plural(view.sequences.size(), "session", "sessions"),
                     grouped(view.sequences.ids.size()));
}

double table_bytes(const train_config& train, std::size_t rows) {
  const double stride = std::ceil(train.dim / 16.0) * 16;
  const double state = train.optimizer == optimizer_kind::adagrad ? 1 : 0;  // one accumulator a row
  return 2 * static_cast<double>(rows) * (stride + state) * sizeof(float);  // tied tables, too, come out as two
}

/// Of lazy Adam, where a link moves the view's rows by it.
double moment_bytes(const config& cfg, const dataset& data, std::size_t v) {
  const view_data& view = data.views[v];
  const bool moved = std::any_of(cfg.links.begin(), cfg.links.end(), [&](const link_config& link) {
    return link.from == view.name || link.to == view.name;
  });
  if (!moved || cfg.train.align_optimizer != align_optimizer_kind::adam) return 0;
  return static_cast<double>(view.ids.size()) * (2 * std::ceil(cfg.train.dim / 16.0) * 16 + 1) * sizeof(float);
}

}  // namespace

std::string ingest_text(const dataset& data) {
  const ingest_report& r = data.report;
  std::string text = fmt::format("read {} in {}", plural(r.events_read, "event", "events"), duration(r.seconds));
  if (r.seconds > 0 && r.events_read > 0) {
    text += fmt::format(" ({} events/s)", scaled(static_cast<double>(r.events_read) / r.seconds));
  }
  text += fmt::format("; kept {}, {}, {}\n", grouped(r.events_kept), plural(r.users, "user", "users"),
                      plural(r.sessions, "session", "sessions"));
  std::vector<std::vector<std::string>> rows;
  for (const dropped_count& rule : r.dropped) rows.push_back({rule.rule, grouped(rule.count)});
  if (!rows.empty()) text += "dropped\n" + aligned(rows);
  rows = {{"view", "nodes", "sequences", "positions"}};
  for (const view_data& view : data.views) {
    rows.push_back(
        {view.name, grouped(view.ids.size()), grouped(view.sequences.size()), grouped(view.sequences.ids.size())});
  }
  text += "views\n" + aligned(rows);
  if (data.test.size() > 0 || data.validation.size() > 0) {
    const auto unseen = [](const query_set& q) {
      return static_cast<std::uint64_t>(std::count(q.targets.begin(), q.targets.end(), no_node));
    };
    text += fmt::format("held out: {} for validation ({} targets unseen in training), {} for test ({} unseen)\n",
                        plural(data.validation.size(), "query", "queries"), grouped(unseen(data.validation)),
                        plural(data.test.size(), "query", "queries"), grouped(unseen(data.test)));
  }
  return text;
}

json ingest_json(const ingest_report& report) {
  json dropped = json::array();
  for (const dropped_count& rule : report.dropped) dropped.push_back({{"rule", rule.rule}, {"count", rule.count}});
  return {{"events_read", report.events_read}, {"events_kept", report.events_kept}, {"users", report.users},
          {"sessions", report.sessions},       {"seconds", report.seconds},         {"dropped", std::move(dropped)}};
}

std::string plan_text(const config& cfg, const dataset& data) {
  std::string text = "graphs\n";
  for (std::size_t v = 0; v < data.views.size(); ++v) text += graph_text(data.views[v], cfg.views[v]);
  std::vector<std::vector<std::string>> rows;
  for (const link_data& link : data.links) {
    std::uint64_t unlinked = 0;
    for (std::size_t i = 0; i < link.targets.size(); ++i) unlinked += link.targets[i].empty() ? 1 : 0;
    rows.push_back({fmt::format("{} → {}", data.views[link.from].name, data.views[link.to].name),
                    plural(link.targets.ids.size(), "pair", "pairs"), grouped(unlinked) + " without a link"});
  }
  if (!rows.empty()) text += "links\n" + aligned(rows);
  rows.clear();
  for (std::size_t v = 0; v < data.views.size(); ++v) {
    rows.push_back({data.views[v].name, view_task_text(data.views[v], cfg.views[v])});
  }
  for (const link_config& link : cfg.links) {
    rows.push_back({link.from + '~' + link.to,
                    fmt::format("alignment, {} of {}, {} drawn per centre", config_keys::spelled(link.projection),
                                link.relation_dim != 0 ? link.relation_dim : cfg.train.dim, link.ratio)});
  }
  text += fmt::format("tasks ({}, dim {}, K {}, window {})\n", plural(cfg.train.epochs, "epoch", "epochs"),
                      cfg.train.dim, cfg.train.negatives, cfg.train.window);
  text += aligned(rows);
  text += fmt::format("estimated memory of training: {}\n", bytes(estimated_bytes(cfg, data)));
  return text;
}

double estimated_bytes(const config& cfg, const dataset& data) {
  double total = 0;
  for (const view_data& view : data.views) {
    total += table_bytes(cfg.train, view.ids.size());
    total += static_cast<double>(view.ids.size()) * (8 + 8 + 8);  // counts, alias table, subsampling and hot rows
    total += static_cast<double>(view.sequences.ids.size()) * 4 + static_cast<double>(view.sequences.size()) * 8;
    total += static_cast<double>(view.graph.edges()) * 8 + static_cast<double>(view.graph.nodes()) * 8;
  }
  for (std::size_t v = 0; v < data.views.size(); ++v) total += moment_bytes(cfg, data, v);
  for (const link_data& link : data.links) {
    total += static_cast<double>(link.targets.ids.size()) * 12 + static_cast<double>(link.targets.size()) * 16;
  }
  for (const link_config& link : cfg.links) {
    const double rows = link.relation_dim != 0 ? link.relation_dim : cfg.train.dim;
    total += (link.shared ? 1 : 2) * rows * cfg.train.dim * sizeof(float);
  }
  return total;
}

std::string tasks_text(const std::vector<task_state>& tasks) {
  std::vector<std::vector<std::string>> rows{{"task", "loss", "weight", "s = ln σ²", "pairs"}};
  for (const task_state& task : tasks) {
    rows.push_back({task.name, fmt::format("{:.4f}", task.loss), fmt::format("{:.3f}", task.weight),
                    fmt::format("{:.3f}", task.log_variance), grouped(task.pairs)});
  }
  return aligned(rows);
}

json tasks_json(const std::vector<task_state>& tasks) {
  json list = json::array();
  for (const task_state& task : tasks) {
    list.push_back({{"name", task.name},
                    {"loss", task.loss},
                    {"weight", task.weight},
                    {"pairs", task.pairs},
                    {"log_variance", task.log_variance}});
  }
  return list;
}

}  // namespace m2grl::cli
