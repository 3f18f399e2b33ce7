#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "number_text.hpp"
#include "report/escape.hpp"
#include "report/sections.hpp"

namespace m2grl::report {
namespace {

using text::grouped, text::plural;

std::string views_table(const model& m) {
  std::vector<std::vector<std::string>> rows{{"view", "nodes", "dim", "occurrences", "items linked"}};
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    const auto& counts = m.views[v].ids.counts();
    const auto link =
        std::find_if(m.links.begin(), m.links.end(), [&](const link_data& l) { return l.from == 0 && l.to == v; });
    std::uint64_t linked = 0;
    for (std::size_t i = 0; link != m.links.end() && i < link->targets.size(); ++i) linked += !link->targets[i].empty();
    rows.push_back({escaped(m.views[v].name, 40), grouped(m.views[v].ids.size()),
                    std::to_string(m.views[v].tables.input.dim()),
                    grouped(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0})),
                    link == m.links.end() ? "–" : grouped(linked)});
  }
  return html_table(rows);
}

std::string tasks_table(const model& m) {
  if (m.tasks.empty()) return {};
  std::vector<std::vector<std::string>> rows{{"task", "pairs trained", "loss, last epoch", "σ²", "weight ŵ"}};
  for (const task_state& task : m.tasks) {
    rows.push_back({escaped(task.name, 40), text::scaled(static_cast<double>(task.pairs)),
                    fmt::format("{:.4f}", task.loss), fmt::format("{:.3f}", std::exp(task.log_variance)),
                    fmt::format("{:.2f}", task.weight)});
  }
  return html_table(rows);
}

std::string facts(const model& m) {
  const ingest_report& r = m.report;
  const bool edges = r.users == 0;  // of edge lists, the edges are the events
  std::string out =
      fmt::format("<p>{} read, {} kept", plural(r.events_read, edges ? "edge" : "event", edges ? "edges" : "events"),
                  grouped(r.events_kept));
  if (!edges) {
    out += fmt::format("; {}, {}", plural(r.users, "user", "users"), plural(r.sessions, "session", "sessions"));
  }
  out += fmt::format(". Held out: {} for validation, {} for test.</p>\n",
                     plural(m.validation.size(), "query", "queries"), plural(m.test.size(), "query", "queries"));
  if (r.dropped.empty()) return out;
  std::vector<std::vector<std::string>> rows{{"dropped by rule", ""}};
  for (const dropped_count& rule : r.dropped) rows.push_back({escaped(rule.rule, 80), grouped(rule.count)});
  return out + html_table(rows);
}

}  // namespace

std::string summary_section(const model& m) {
  return section("summary", "The model", "",
                 "<div class=\"tables\">\n" + views_table(m) + tasks_table(m) + "</div>\n" + facts(m));
}

}  // namespace m2grl::report
