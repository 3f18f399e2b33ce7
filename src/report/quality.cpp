#include <fmt/format.h>

#include "m2grl/evaluate.hpp"
#include "number_text.hpp"
#include "report/sections.hpp"

namespace m2grl::report {
namespace {

std::vector<std::string> heading_of(const ranking_metrics& metrics) {
  std::vector<std::string> cells{""};
  for (const char* what : {"HR", "NDCG", "coverage"}) {
    for (const metrics_at_k& at : metrics.at) cells.push_back(fmt::format("{}@{}", what, at.k));
  }
  cells.emplace_back("MRR");
  return cells;
}

std::vector<std::string> row_of(const std::string& name, const ranking_metrics& metrics) {
  std::vector<std::string> cells{name};
  const auto put = [&](double value, const interval& between) {
    cells.push_back(fmt::format("{:.4f}", value));
    if (between.low < between.high) {
      cells.back() += fmt::format("<small>{:.4f}–{:.4f}</small>", between.low, between.high);
    }
  };
  for (const metrics_at_k& at : metrics.at) put(at.hit_rate, at.hit_rate_interval);
  for (const metrics_at_k& at : metrics.at) put(at.ndcg, at.ndcg_interval);
  for (const metrics_at_k& at : metrics.at) put(at.coverage, {});
  put(metrics.mrr, metrics.mrr_interval);
  return cells;
}

std::string table_of(const model& m, const report_options& options) {
  const next_item_evaluation found = evaluate_next_item(m, options.validation, m.cfg.eval);
  std::vector<std::vector<std::string>> rows{heading_of(found.model)};
  if (m.cfg.eval.compose.size() > 1) {
    eval_config alone = m.cfg.eval;
    alone.compose.clear();
    rows.push_back(row_of("views composed", found.model));
    rows.push_back(row_of("item view alone", evaluate_next_item(m, options.validation, alone).model));
  } else {
    rows.push_back(row_of("model", found.model));
  }
  rows.push_back(row_of("popularity", found.popularity));
  rows.push_back(row_of("random order", found.random));
  return fmt::format("<p>{} of the {} split, all {} ranked.</p>\n",
                     text::plural(found.model.queries, "query", "queries"), found.split,
                     text::plural(m.views.front().ids.size(), "item", "items")) +
         html_table(rows);
}

}  // namespace

std::string no_queries(const model& m, bool validation) {
  const char* split = validation ? "validation" : "test";
  const query_set& other = validation ? m.test : m.validation;
  if (other.size() > 0) {
    return missing(fmt::format("The model holds no {} events, but it holds {}: --split {} shows them.", split,
                               text::plural(other.size(), "query", "queries"), validation ? "test" : "validation"));
  }
  return missing(
      "The model holds no held-out events to ask it about: an edge list has none, and a log keeps them with "
      "<code>split.kind = \"last\"</code> or <code>\"time\"</code> in the configuration.");
}

std::string quality_section(const model& m, const report_options& options) {
  const bool asked = (options.validation ? m.validation : m.test).size() > 0;
  return section(
      "quality", "Next item",
      "Each held-out event is predicted from the events before it, among all items. HR@k: how often it is "
      "among the first k. NDCG@k: the same, but a later place counts less. Coverage@k: the share of items "
      "that occur in some list. MRR: the mean of 1 / place. Below a figure stands its 95 % interval by bootstrap over "
      "the queries.",
      asked ? table_of(m, options) : no_queries(m, options.validation));
}

}  // namespace m2grl::report
