#include "cli/metrics_report.hpp"

#include <fmt/format.h>

#include "cli/text.hpp"

namespace m2grl::cli {

json metrics_json(const ranking_metrics& metrics) {
  json out = json::object();
  for (const metrics_at_k& at : metrics.at) {
    out[fmt::format("hr@{}", at.k)] = at.hit_rate;
    out[fmt::format("ndcg@{}", at.k)] = at.ndcg;
    out[fmt::format("coverage@{}", at.k)] = at.coverage;
  }
  out["mrr"] = metrics.mrr;
  return out;
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
