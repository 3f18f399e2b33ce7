#include "m2grl/metric.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/device_option.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/error.hpp"
#include "m2grl/model.hpp"
#include "m2grl/trainer.hpp"

namespace m2grl::cli {
namespace {

struct metric_arguments {
  std::string model, data, json, instance = "input", device = "auto";
  metric_options options;
};

/// The training sequences, read again with the model's own configuration.
ragged read_sequences(const model& m, const metric_arguments& args) {
  config cfg = m.cfg;
  if (!args.data.empty()) cfg.data.root = args.data;
  if (cfg.data.events.empty() && cfg.data.sequences.empty()) {
    throw invalid_input("a metric model needs the sessions of a log, but the model was trained without one");
  }
  try {
    return sequences_of(m, load_dataset(cfg, {.build_graphs = false}));
  } catch (const io_error& fault) {
    throw io_error(
        fmt::format("{} (a metric model needs the data that the model was trained on: --data DIR)", fault.what()));
  }
}

json metric_json(const metric_model& metric, const mined_pairs& mined) {
  return {{"view", metric.options.view},
          {"dim", metric.matrix.rows()},
          {"input_dim", metric.matrix.dim()},
          {"loss", metric.loss},
          {"pairs", metric.pairs},
          {"same_category", mined.same_category},
          {"same_item", mined.same_item},
          {"unknown_category", mined.unknown_category}};
}

void run_metric(const metric_arguments& args) {
  require_writable_place(args.json);
  model m = load_model(args.model);
  metric_options options = args.options;
  options.view = category_view(m, options.view);
  options.instance = args.instance == "both" ? metric_instance::both : metric_instance::input;
  const device_kind device = resolve_device(device_named(args.device), {});  // before the data is read
  const ragged sequences = read_sequences(m, args);
  const mined_pairs mined = mine_pairs(sequences, main_nodes(m, options.view), options.window);
  const bool quiet = args.json == "-";
  if (!quiet) {
    fmt::print("{} across \"{}\"; left out: {} within one, {} of unknown, {} of one item\n",
               plural(mined.positives.size(), "pair", "pairs"), options.view, grouped(mined.same_category),
               grouped(mined.unknown_category), grouped(mined.same_item));
  }
  const auto tell = [&](const metric_progress& now) {
    if (quiet) return;
    fmt::print("epoch {} of {}: loss {:.4f}\n", now.epoch, now.epochs, now.loss);
    (void)std::fflush(stdout);
  };
  m.metric = train_metric(m, sequences, options, tell, device);
  save_model(m, args.model, true);
  write_json(args.json, metric_json(*m.metric, mined));
  if (!quiet) fmt::print("{} holds a metric of {} dimensions\n", args.model, m.metric->matrix.rows());
}

void add_options(CLI::App& command, metric_arguments& args) {
  metric_options& o = args.options;
  command.add_option("--view", o.view, "the category-like view; by default the first that the items are linked to")
      ->type_name("VIEW");
  command.add_option("--instance", args.instance, "input, or both: what an item has of the item view's vectors")
      ->check(CLI::IsMember({"input", "both"}))
      ->capture_default_str();
  const auto add = [&](const char* name, auto& value, const char* what) {
    command.add_option(name, value, what)->capture_default_str();
  };
  add("--dim", o.dim, "dimensions of the metric's vectors");
  add("--margin", o.margin, "negatives farther apart than this are left alone");
  add("--window", o.window, "two items of a session at most this far apart are co-clicked");
  add("--negatives", o.negatives, "negatives of each pair");
  add("--same-category", o.same_category, "share of them from the item's own category");
  add("--alpha", o.alpha, "negatives are drawn in proportion to count^alpha");
  add("--epochs", o.epochs, "passes over the pairs");
  add("--batch", o.batch, "pairs a step");
  add("--learning-rate", o.learning_rate, "of Adam; falls linearly to 0");
  add("--seed", o.seed, "of every draw");
}

}  // namespace

void add_metric(CLI::App& app) {
  auto* command = app.add_subcommand("metric", "train a model's metric, for recommendations across categories");
  auto args = std::make_shared<metric_arguments>();
  command->add_option("model", args->model, "the model's folder; the metric is written into it")
      ->required()
      ->type_name("MODEL");
  command
      ->add_option("--data", args->data,
                   "the folder of the data that the model was trained on; by default the one that was used then")
      ->type_name("DIR");
  add_options(*command, *args);
  add_device(*command, args->device);
  command->add_option("--json", args->json, "write a report as JSON; \"-\": to standard output")->type_name("FILE");
  command->callback([args] { run_metric(*args); });
}

}  // namespace m2grl::cli
