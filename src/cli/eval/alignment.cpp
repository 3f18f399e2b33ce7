#include "cli/eval/alignment.hpp"

#include <fmt/format.h>

#include "cli/eval/metrics_report.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "config/enum_names.hpp"
#include "m2grl/alignment_evaluation.hpp"

namespace m2grl::cli {
namespace {

json scores_json(const alignment_scores& scores) {
  json out{{"auc", scores.auc.value},
           {"auc_interval", interval_json(scores.auc.between)},
           {"mrr", scores.mrr.value},
           {"mrr_interval", interval_json(scores.mrr.between)}};
  for (const alignment_at_k& at : scores.at) {
    out[fmt::format("hits@{}", at.k)] = at.hit_rate.value;
    out[fmt::format("hits_interval@{}", at.k)] = interval_json(at.hit_rate.between);
  }
  return out;
}

json report_json(const alignment_evaluation& result, const resampling& intervals) {
  json out{{"protocol", result.protocol}, {"resamples", intervals.resamples}, {"seed", intervals.seed}};
  out["relations"] = json::array();
  for (const alignment_row& row : result.rows) {
    json relation{{"from", row.from},
                  {"to", row.to},
                  {"projection", config_keys::spelled(row.projection)},
                  {"items", row.items},
                  {"unscored_items", row.unscored_items},
                  {"nodes", row.nodes}};
    relation.update(scores_json(row.model));
    relation["popularity"] = scores_json(row.popularity);
    out["relations"].push_back(std::move(relation));
  }
  return out;
}

std::string table_text(const alignment_row& row) {
  std::vector<std::vector<std::string>> cells{{"", "AUC", "95 %"}};
  for (const alignment_at_k& at : row.model.at) {
    cells[0].push_back(fmt::format("hits@{}", at.k));
    cells[0].emplace_back("95 %");
  }
  cells[0].emplace_back("MRR");
  cells[0].emplace_back("95 %");
  for (const auto& [name, scores] : {std::pair{"model", &row.model}, std::pair{"popularity", &row.popularity}}) {
    auto& line = cells.emplace_back(1, name);
    const auto add = [&](const estimate& figure) {
      line.push_back(fmt::format("{:.4f}", figure.value));
      line.push_back(fmt::format("{:.4f}–{:.4f}", figure.between.low, figure.between.high));
    };
    add(scores->auc);
    for (const alignment_at_k& at : scores->at) add(at.hit_rate);
    add(scores->mrr);
  }
  return aligned(cells);
}

}  // namespace

void run_alignment(const model& m, const std::vector<std::uint32_t>& k, const std::string& view,
                   const resampling& intervals, const std::string& json_path) {
  const alignment_evaluation result = evaluate_alignment(m, k, view, intervals);
  write_json(json_path, report_json(result, intervals));
  if (json_path == "-") return;
  for (const alignment_row& row : result.rows) {
    fmt::print("{}, \"{}\" to \"{}\" ({}): {} over {}\n{}", result.protocol, row.from, row.to,
               config_keys::spelled(row.projection), plural(row.items, "node", "nodes"),
               plural(row.nodes, "node", "nodes"), table_text(row));
  }
}

}  // namespace m2grl::cli
