#include "cli/eval/discovery.hpp"

#include <fmt/format.h>

#include "cli/eval/metrics_report.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"

namespace m2grl::cli {
namespace {

json row_json(const discovery_row& row) {
  json out = json::object();
  for (const discovery_at_k& at : row.at) {
    const auto put = [&](const char* name, json value) { out[fmt::format("{}@{}", name, at.k)] = std::move(value); };
    put("hr", at.hit_rate.value);
    put("hr_interval", interval_json(at.hit_rate.between));
    put("discovery_hr", at.discovery_hit_rate.value);
    put("discovery_hr_interval", interval_json(at.discovery_hit_rate.between));
    put("category_coverage", at.category_coverage);
    put("intra_list_distance", at.intra_list_distance);
    put("novelty", at.novelty);
    put("outside_share", at.outside_share);
  }
  return out;
}

json report_json(const discovery_evaluation& result, const discovery_options& options) {
  json out{{"protocol", result.protocol},
           {"split", result.split},
           {"view", result.view},
           {"days", result.days},
           {"known_penalty", result.known_penalty},
           {"queries", result.queries},
           {"discovery_queries", result.discovery_queries},
           {"unknown_queries", result.unknown_queries},
           {"resamples", options.intervals.resamples},
           {"seed", options.intervals.seed}};
  json curve = json::array();
  for (const discovery_row& row : result.rows) {
    if (row.scores != "mix") {
      out[row.scores] = row_json(row);
      continue;
    }
    curve.push_back({{"mix", row.mix}});
    curve.back().update(row_json(row));
  }
  out["curve"] = std::move(curve);
  return out;
}

std::string row_name(const discovery_row& row) {
  return row.scores == "mix" ? fmt::format("mix {:.2f}", row.mix) : row.scores == "new_only" ? "new only" : row.scores;
}

std::string table_text(const discovery_evaluation& result, std::size_t place) {
  const std::uint32_t k = result.rows.front().at[place].k;
  std::vector<std::vector<std::string>> cells{
      {fmt::format("k = {}", k), "HR", "95 %", "discovery HR", "95 %", "categories", "distance", "novelty", "outside"}};
  for (const discovery_row& row : result.rows) {
    const discovery_at_k& at = row.at[place];
    const auto interval = [](const estimate& e) { return fmt::format("{:.4f}–{:.4f}", e.between.low, e.between.high); };
    cells.push_back({row_name(row), fmt::format("{:.4f}", at.hit_rate.value), interval(at.hit_rate),
                     fmt::format("{:.4f}", at.discovery_hit_rate.value), interval(at.discovery_hit_rate),
                     fmt::format("{:.4f}", at.category_coverage), fmt::format("{:.4f}", at.intra_list_distance),
                     fmt::format("{:.2f}", at.novelty), fmt::format("{:.4f}", at.outside_share)});
  }
  return aligned(cells);
}

}  // namespace

void discovery_arguments::add(CLI::App& command) {
  command
      .add_option("--view", options.view,
                  "discovery: the category-like view, by default the metric's; alignment: the linked view, by default "
                  "all; node-classification: the view, by default the first; link-prediction: the edges' view")
      ->type_name("VIEW");
  command
      .add_option("--mix", options.mix,
                  "discovery: shares of the metric in the score, as in 0,0.5,1; by default 0, 0.1 … 1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("L,…");
  command
      .add_option("--known-penalty", options.known_penalty,
                  "discovery: taken from mixed scores where an item's category is not new, in standard deviations")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("K");
  command
      .add_option("--days", options.days,
                  "discovery: a category is new again N days after the user's last event in it; 0: never")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("N");
}

void run_discovery(const model& m, bool validation, const eval_config& how, discovery_options options,
                   const std::string& json_path) {
  if (options.mix.empty() && m.metric) {
    for (int tenth = 0; tenth <= 10; ++tenth) options.mix.push_back(tenth / 10.0);
  }
  if (options.mix.empty() && options.known_penalty > 0) options.mix.push_back(0);
  const discovery_evaluation result = evaluate_discovery(m, validation, how, options);
  write_json(json_path, report_json(result, options));
  if (json_path == "-") return;
  fmt::print("{}, {}, {}: {} into a new \"{}\", {} of unknown\n", result.protocol, result.split,
             plural(result.queries, "query", "queries"), grouped(result.discovery_queries), result.view,
             grouped(result.unknown_queries));
  for (std::size_t place = 0; place < how.k.size(); ++place) fmt::print("{}", table_text(result, place));
}

}  // namespace m2grl::cli
