#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/eval/alignment.hpp"
#include "cli/eval/cold_start.hpp"
#include "cli/eval/discovery.hpp"
#include "cli/eval/link_prediction.hpp"
#include "cli/eval/metrics_report.hpp"
#include "cli/eval/node_classification.hpp"
#include "cli/eval_options.hpp"
#include "cli/text.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {
namespace {

struct eval_arguments {
  std::string model, protocol = "next-item", split = "test", json;
  std::vector<std::uint32_t> k;
  eval_options how;
  discovery_arguments discovery;
  link_prediction_arguments links;
  classification_arguments classification;
  resampling intervals;
};

void run_eval(const eval_arguments& args) {
  require_writable_place(args.json);
  const model m = load_model(args.model);
  eval_config how = args.how.applied(m.cfg.eval);
  if (!args.k.empty()) how.k = args.k;
  const std::string& view = args.discovery.options.view;
  if (args.protocol == "alignment") return run_alignment(m, how.k, view, args.intervals, args.json);
  if (args.protocol == "node-classification") {
    return run_node_classification(m, view, args.classification, args.intervals, args.json);
  }
  if (args.protocol == "cold-start") {
    return run_cold_start(m, args.split == "validation", how, args.intervals, args.json);
  }
  if (args.protocol == "discovery") {
    discovery_options options = args.discovery.options;
    options.intervals = args.intervals;
    return run_discovery(m, args.split == "validation", how, options, args.json);
  }
  if (args.protocol == "link-prediction") {
    return run_link_prediction(m, args.links, view, {{}, how.k, args.intervals}, args.json);
  }
  const next_item_evaluation result = evaluate_next_item(m, args.split == "validation", how, args.intervals);

  json report{{"protocol", result.protocol}, {"split", result.split}, {"queries", result.model.queries}};
  report["resamples"] = args.intervals.resamples;
  report["seed"] = args.intervals.seed;
  report.update(metrics_json(result.model));
  report["popularity"] = metrics_json(result.popularity);
  report["random"] = metrics_json(result.random);
  write_json(args.json, report);
  if (args.json == "-") return;
  fmt::print("{}, {}, {} over {}\n{}", result.protocol, result.split, plural(result.model.queries, "query", "queries"),
             plural(m.views.front().ids.size(), "item", "items"),
             metrics_text({{"model", result.model}, {"popularity", result.popularity}, {"random", result.random}}));
  if (args.intervals.resamples > 0) fmt::print("{}", intervals_text(result.model));
}

/// Options that mean something to some protocols only.
struct protocol_option {
  const char* option;
  std::vector<std::string> protocols;
};

/// An option that the protocol would pass over is wrong usage.
void require_own_options(const CLI::App& command, const std::string& protocol) {
  static const std::vector<protocol_option> known{
      {"--split", {"next-item", "discovery", "cold-start"}},
      {"--compose", {"next-item", "discovery", "cold-start"}},
      {"--history", {"next-item", "discovery", "cold-start"}},
      {"--decay", {"next-item", "discovery", "cold-start"}},
      {"--input-similarity", {"next-item", "discovery", "cold-start"}},
      {"--k", {"next-item", "discovery", "cold-start", "alignment", "link-prediction"}},
      {"--view", {"discovery", "alignment", "node-classification", "link-prediction"}},
      {"--mix", {"discovery"}},
      {"--days", {"discovery"}},
      {"--known-penalty", {"discovery"}},
      {"--edges", {"link-prediction"}},
      {"--known", {"link-prediction"}},
      {"--edge-columns", {"link-prediction"}},
      {"--score", {"link-prediction"}},
      {"--labels", {"node-classification"}},
      {"--train-share", {"node-classification"}},
      {"--splits", {"node-classification"}}};
  for (const auto& [option, protocols] : known) {
    if (command.count(option) == 0) continue;
    if (std::find(protocols.begin(), protocols.end(), protocol) != protocols.end()) continue;
    throw CLI::ValidationError(option, fmt::format("means nothing to --protocol {}", protocol));
  }
}

}  // namespace

void add_eval(CLI::App& app) {
  auto* command = app.add_subcommand("eval", "evaluate a model on the events that its split held out");
  auto args = std::make_shared<eval_arguments>();
  command->add_option("model", args->model, "the model's folder")->required()->type_name("MODEL");
  command
      ->add_option("--protocol", args->protocol,
                   "next-item (the default): rank all items, except the history's; discovery: into new categories; "
                   "cold-start: items "
                   "unseen in training; alignment: linked nodes; node-classification: labels of nodes; "
                   "link-prediction: tell edges from pairs that are none")
      ->check(CLI::IsMember(
          {"next-item", "discovery", "cold-start", "alignment", "node-classification", "link-prediction"}))
      ->type_name("PROTOCOL");
  command->add_option("--split", args->split, "validation or test, by default test")
      ->check(CLI::IsMember({"validation", "test"}))
      ->type_name("SPLIT");
  command->add_option("--k", args->k, "places, as in 10,20; by default as configured")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1u, 1000000000u))
      ->type_name("K,…");
  args->how.add_compose(*command);
  args->how.add_query(*command, "--history");
  args->discovery.add(*command);
  args->links.add(*command);
  args->classification.add(*command);
  command->add_option("--resamples", args->intervals.resamples, "of the bootstrap that gives the intervals; 0: none")
      ->check(CLI::Range(0u, 1000000u))
      ->capture_default_str();
  command->add_option("--seed", args->intervals.seed, "of the bootstrap")->capture_default_str();
  command->add_option("--json", args->json, "write the metrics as JSON; \"-\": to standard output")->type_name("FILE");
  command->callback([args, command] {
    require_own_options(*command, args->protocol);
    run_eval(*args);
  });
}

}  // namespace m2grl::cli
