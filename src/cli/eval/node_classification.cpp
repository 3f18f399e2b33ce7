#include "cli/eval/node_classification.hpp"

#include <fmt/format.h>

#include "cli/eval/metrics_report.hpp"
#include "cli/list_options.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/error.hpp"
#include "m2grl/recommend.hpp"

namespace m2grl::cli {
namespace {

json report_json(const node_classification& result, const std::string& view, const node_labels& labels,
                 const classification_options& options) {
  json out{{"protocol", result.protocol},
           {"view", view},
           {"nodes", result.nodes},
           {"labels", result.labels},
           {"unknown_lines", labels.unknown_lines},
           {"splits", options.splits},
           {"resamples", options.intervals.resamples},
           {"seed", options.intervals.seed},
           {"shares", json::array()}};
  for (const classification_at& at : result.at) {
    out["shares"].push_back({{"train_share", at.train_share},
                             {"micro_f1", at.micro.value},
                             {"micro_f1_interval", interval_json(at.micro.between)},
                             {"micro_f1_deviation", at.micro_deviation},
                             {"macro_f1", at.macro.value},
                             {"macro_f1_interval", interval_json(at.macro.between)},
                             {"macro_f1_deviation", at.macro_deviation}});
  }
  return out;
}

std::string table_text(const node_classification& result) {
  std::vector<std::vector<std::string>> cells{{"train", "micro-F1", "95 %", "±", "macro-F1", "95 %", "±"}};
  for (const classification_at& at : result.at) {
    auto& row = cells.emplace_back(1, fmt::format("{:.4g} %", 100 * at.train_share));
    const auto add = [&](const estimate& f1, double deviation) {
      row.push_back(fmt::format("{:.4f}", f1.value));
      row.push_back(fmt::format("{:.4f}–{:.4f}", f1.between.low, f1.between.high));
      row.push_back(fmt::format("{:.4f}", deviation));
    };
    add(at.micro, at.micro_deviation);
    add(at.macro, at.macro_deviation);
  }
  return aligned(cells);
}

}  // namespace

void classification_arguments::add(CLI::App& command) {
  command.add_option("--labels", labels, "node-classification: a file of \"node label\" lines; \"-\": standard input")
      ->type_name("FILE");
  command
      .add_option("--train-share", options.train_shares,
                  "node-classification: shares of the labelled nodes that train, as in 0.5,0.9")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str()
      ->type_name("S,…");
  command.add_option("--splits", options.splits, "node-classification: random splits at each share")
      ->check(CLI::Range(1u, 100000u))
      ->capture_default_str()
      ->type_name("N");
}

void run_node_classification(const model& m, const std::string& view, const classification_arguments& args,
                             const resampling& intervals, const std::string& json_path) {
  if (args.labels.empty()) throw invalid_input("node classification needs --labels, a file of \"node label\" lines");
  const model_view& nodes = m.views[view_index(m, view)];
  const node_labels labels = read_labels(nodes.ids, args.labels);
  tell_unknown(labels.unknown_lines, labels.lines, labels.unknown, "labelled nodes");
  classification_options options = args.options;
  options.intervals = intervals;
  const node_classification result = evaluate_node_classification(nodes.tables.input, labels, options);
  write_json(json_path, report_json(result, nodes.name, labels, options));
  if (json_path == "-") return;
  fmt::print("{}: {} of \"{}\" with {}, mean of {}\n{}", result.protocol, plural(result.nodes, "node", "nodes"),
             nodes.name, plural(result.labels, "label", "labels"), plural(options.splits, "split", "splits"),
             table_text(result));
}

}  // namespace m2grl::cli
