#include "cli/eval/link_prediction.hpp"

#include <fmt/format.h>

#include <array>

#include "cli/eval/metrics_report.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cli {
namespace {

constexpr std::array score_names{std::pair{"both", edge_score::both}, std::pair{"next", edge_score::next},
                                 std::pair{"cosine", edge_score::cosine}};

const char* name_of(edge_score score) {
  for (const auto& [name, value] : score_names) {
    if (value == score) return name;
  }
  return "";
}

json figures_json(const edge_figures& figures, const std::vector<std::uint32_t>& k) {
  json out = json::object();
  const auto put = [&](const std::string& name, const std::string& at, const estimate& figure) {
    out[name + at] = figure.value;
    out[name + "_interval" + at] = interval_json(figure.between);
  };
  put("roc_auc", "", figures.roc_auc);
  put("average_precision", "", figures.average_precision);
  put("mrr", "", figures.mrr);
  for (std::size_t i = 0; i < k.size(); ++i) put("hits", fmt::format("@{}", k[i]), figures.hits[i]);
  return out;
}

json type_json(const edge_type_figures& type, const std::vector<std::uint32_t>& k) {
  json out{{"view", type.view},           {"score", name_of(type.score)},        {"edges", type.edges},
           {"positives", type.positives}, {"unknown_edges", type.unknown_edges}, {"candidates", type.candidates}};
  if (!type.type.empty()) out["type"] = type.type;
  out.update(figures_json(type.figures, k));
  return out;
}

std::string table_text(const link_prediction_evaluation& result) {
  std::vector<std::vector<std::string>> cells{{"view", "edges", "ROC-AUC", "95 %", "AP", "95 %", "MRR"}};
  for (const std::uint32_t k : result.k) cells[0].push_back(fmt::format("hits@{}", k));
  const auto add = [&](const std::string& name, const std::string& edges, const edge_figures& f) {
    auto& row = cells.emplace_back(std::vector<std::string>{name, edges});
    for (const estimate& figure : {f.roc_auc, f.average_precision}) {
      row.push_back(fmt::format("{:.4f}", figure.value));
      row.push_back(fmt::format("{:.4f}–{:.4f}", figure.between.low, figure.between.high));
    }
    row.push_back(fmt::format("{:.4f}", f.mrr.value));
    for (const estimate& hits : f.hits) row.push_back(fmt::format("{:.4f}", hits.value));
  };
  for (const edge_type_figures& type : result.types) add(type.view, grouped(type.edges), type.figures);
  if (result.types.size() > 1) add("mean", "", result.mean);
  return aligned(cells);
}

struct read_edges {
  labelled_edge_lists held_out;
  std::vector<labelled_edges> known;
};

read_edges read(const model& m, const link_prediction_arguments& args, const std::string& view) {
  if (args.edges.empty()) {
    throw invalid_input("link prediction needs the edges that were held out: --edges FILE, a label last in each line");
  }
  read_edges out{read_labelled_edges(m, {args.edges, args.columns, view}), {}};
  for (const std::string& file : args.known) {
    for (labelled_edges& type : read_known_edges(m, {file, {}, view}).types) out.known.push_back(std::move(type));
  }
  return out;
}

}  // namespace

void link_prediction_arguments::add(CLI::App& command) {
  command
      .add_option("--edges", edges, "link-prediction: the held-out edges, each with a label 1 (an edge) or 0 (none)")
      ->type_name("FILE");
  command
      .add_option(
          "--known", known,
          "link-prediction: edges, without a label, that ranks pass over, such as the training's; several times "
          "for several files")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      .add_option("--edge-columns", columns,
                  "link-prediction: columns of --edges; by default those trained on, then the label")
      ->type_name("\"u v … label\"");
  command
      .add_option(
          "--score", score,
          "link-prediction: both (in·out in both directions), next (in·out), cosine (of inputs); by default both, "
          "in directed views next")
      ->check(CLI::IsMember({"both", "next", "cosine"}))
      ->type_name("SCORE");
}

void run_link_prediction(const model& m, const link_prediction_arguments& args, const std::string& view,
                         const link_prediction_options& options, const std::string& json_path) {
  link_prediction_options how = options;
  for (const auto& [name, value] : score_names) {
    if (args.score == name) how.score = value;
  }
  const read_edges edges = read(m, args, view);
  const link_prediction_evaluation result = evaluate_link_prediction(m, edges.held_out.types, edges.known, how);
  json report{{"protocol", "link-prediction"},
              {"edges", args.edges},
              {"known", args.known},
              {"other_edges", edges.held_out.other_edges},
              {"resamples", how.intervals.resamples},
              {"seed", how.intervals.seed}};
  report["types"] = json::array();
  for (const edge_type_figures& type : result.types) report["types"].push_back(type_json(type, result.k));
  report["mean"] = figures_json(result.mean, result.k);
  write_json(json_path, report);
  if (json_path == "-") return;
  std::uint64_t unknown = 0, all = 0;
  for (const edge_type_figures& type : result.types) unknown += type.unknown_edges, all += type.edges;
  fmt::print("link-prediction, {}: {}, {} with a node that the view does not know, {} of other types\n{}", args.edges,
             plural(all, "edge", "edges"), grouped(unknown), grouped(edges.held_out.other_edges), table_text(result));
}

}  // namespace m2grl::cli
