#pragma once
/// Ranking metrics as a table and as JSON.

#include <string>
#include <vector>

#include "cli/output_file.hpp"
#include "m2grl/evaluate.hpp"

namespace m2grl::cli {

/// {"hr@10": …, "ndcg@10": …, "coverage@10": …, …, "mrr": …}
[[nodiscard]] json metrics_json(const ranking_metrics& metrics);

struct named_metrics {
  std::string name;
  ranking_metrics metrics;
  bool has_coverage = true;
};
/// One row each: HR, NDCG and coverage at every k, MRR.
[[nodiscard]] std::string metrics_text(const std::vector<named_metrics>& rows);

}  // namespace m2grl::cli
