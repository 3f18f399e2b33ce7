#include "cli/eval/cold_start.hpp"

#include <fmt/format.h>

#include "cli/eval/metrics_report.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/cold_start.hpp"

namespace m2grl::cli {

void run_cold_start(const model& m, bool validation, const eval_config& how, const resampling& intervals,
                    const std::string& json_path) {
  const cold_start_evaluation result = evaluate_cold_start(m, validation, how, intervals);
  json report{{"protocol", result.protocol},
              {"split", result.split},
              {"queries", result.model.queries},
              {"cold_items", result.cold_items},
              {"unlinked_items", result.unlinked_items},
              {"empty_queries", result.empty_queries},
              {"resamples", intervals.resamples},
              {"seed", intervals.seed}};
  report.update(metrics_json(result.model));
  report["known_history"] = metrics_json(result.known_history);
  report["known_history"]["queries"] = result.known_history.queries;
  report["random"] = metrics_json(result.random);
  write_json(json_path, report);
  if (json_path == "-") return;
  fmt::print("{}, {}, {} over {} unseen in training ({} without attributes)\n{}", result.protocol, result.split,
             plural(result.model.queries, "query", "queries"), plural(result.cold_items, "item", "items"),
             grouped(result.unlinked_items),
             metrics_text(
                 {{"model", result.model},
                  {fmt::format("{} with a known history", grouped(result.known_history.queries)), result.known_history},
                  {"random", result.random}}));
  if (intervals.resamples > 0) fmt::print("{}", intervals_text(result.model));
}

}  // namespace m2grl::cli
