#include "cli/eval/metrics_report.hpp"

#include <fmt/format.h>

#include "cli/text.hpp"

namespace m2grl::cli {

json interval_json(const interval& between) { return {between.low, between.high}; }

json metrics_json(const ranking_metrics& metrics) {
  json out = json::object();
  for (const metrics_at_k& at : metrics.at) {
    out[fmt::format("hr@{}", at.k)] = at.hit_rate;
    out[fmt::format("hr_interval@{}", at.k)] = interval_json(at.hit_rate_interval);
    out[fmt::format("ndcg@{}", at.k)] = at.ndcg;
    out[fmt::format("ndcg_interval@{}", at.k)] = interval_json(at.ndcg_interval);
    out[fmt::format("coverage@{}", at.k)] = at.coverage;
  }
  out["mrr"] = metrics.mrr;
  out["mrr_interval"] = interval_json(metrics.mrr_interval);
  return out;
}

std::string intervals_text(const ranking_metrics& metrics) {
  std::string line = "model, 95 % intervals:";
  const auto add = [&](const std::string& name, const interval& between) {
    line += fmt::format(" {} {:.4f}–{:.4f} ", name, between.low, between.high);
  };
  for (const metrics_at_k& at : metrics.at) add(fmt::format("HR@{}", at.k), at.hit_rate_interval);
  for (const metrics_at_k& at : metrics.at) add(fmt::format("NDCG@{}", at.k), at.ndcg_interval);
  add("MRR", metrics.mrr_interval);
  line.back() = '\n';
  return line;
}

std::string metrics_text(const std::vector<named_metrics>& rows) {
  std::vector<std::vector<std::string>> cells(1, {""});
  for (const char* what : {"HR", "NDCG", "coverage"}) {
    for (const metrics_at_k& at : rows.front().metrics.at) cells[0].push_back(fmt::format("{}@{}", what, at.k));
  }
  cells[0].push_back("MRR");
  const auto number = [](double x) { return fmt::format("{:.4f}", x); };
  for (const auto& [name, metrics, has_coverage] : rows) {
    auto& row = cells.emplace_back(1, name);
    for (const metrics_at_k& at : metrics.at) row.push_back(number(at.hit_rate));
    for (const metrics_at_k& at : metrics.at) row.push_back(number(at.ndcg));
    for (const metrics_at_k& at : metrics.at) row.push_back(has_coverage ? number(at.coverage) : "–");
    row.push_back(number(metrics.mrr));
  }
  return aligned(cells);
}

}  // namespace m2grl::cli
