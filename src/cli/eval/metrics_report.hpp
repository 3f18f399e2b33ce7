#pragma once
/// Ranking metrics as a table and as JSON.

#include <string>
#include <vector>

#include "cli/output_file.hpp"
#include "m2grl/evaluate.hpp"

namespace m2grl::cli {

/// [low, high]
[[nodiscard]] json interval_json(const interval& between);

/// {"hr@10": …, "hr_interval@10": [low, high], "ndcg@10": …, "coverage@10": …, …, "mrr": …}
[[nodiscard]] json metrics_json(const ranking_metrics& metrics);

/// The 95 % intervals of HR and NDCG at every k, and of MRR, in one line.
[[nodiscard]] std::string intervals_text(const ranking_metrics& metrics);

struct named_metrics {
  std::string name;
  ranking_metrics metrics;
  bool has_coverage = true;
};
/// One row each: HR, NDCG and coverage at every k, MRR.
[[nodiscard]] std::string metrics_text(const std::vector<named_metrics>& rows);

}  // namespace m2grl::cli
