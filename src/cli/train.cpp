#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <optional>

#include "cli/commands.hpp"
#include "cli/device_option.hpp"
#include "cli/output_file.hpp"
#include "cli/progress_view.hpp"
#include "cli/run_report.hpp"
#include "cli/text.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/error.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/model.hpp"
#include "m2grl/trainer.hpp"
#include "m2grl/warm_start.hpp"

namespace m2grl::cli {
namespace {

namespace fs = std::filesystem;

struct train_arguments {
  std::string config, data, device = "auto", out, warm_start, json, log;
  std::vector<std::string> set;
  bool overwrite = false, resume = false, dry_run = false;
};

config configured(const train_arguments& args) {
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const std::string& text : args.set) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) throw CLI::ValidationError("--set", fmt::format("\"{}\" is not key=value", text));
    overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  config cfg = load_config(args.config, overrides);
  if (!args.data.empty()) {
    if (!fs::is_directory(args.data)) throw io_error(fmt::format("--data {}: there is no such folder", args.data));
    cfg.data.root = args.data;
  }
  return cfg;
}

/// A model's folder that holds a checkpoint is not finished: a finished model takes the place of all that was there.
bool has_checkpoint(const train_arguments& args) { return fs::exists(checkpoint_of(args.out)); }

/// Everything that can be refused before the data is read.
void check_places(const train_arguments& args) {
  if (args.dry_run) return;
  if (fs::symlink_status(args.out).type() != fs::file_type::not_found && !args.overwrite && !args.resume) {
    throw invalid_input(has_checkpoint(args)
                            ? fmt::format("{} holds a training that did not end; --resume goes on with it, "
                                          "--overwrite begins anew",
                                          args.out)
                            : fmt::format("{} exists already; --overwrite replaces it", args.out));
  }
  check_model_place(args.out, true);
  require_writable_place(args.out);
  require_writable_place(args.json);
  require_writable_place(args.log);
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  (void)getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string memory_text(const memory_lines& lines) {
  return lines.empty() ? "" : fmt::format("memory of the GPU\n  {}\n", fmt::join(lines, "\n  "));
}

/// The model to go on from, and what the training begins with.
struct warm_model {
  std::optional<model> old;
  warm_tables tables;

  explicit warm_model(const std::string& path) {
    if (!path.empty()) old = load_model(path);
  }
  [[nodiscard]] std::vector<known_nodes> nodes() const {
    return old ? known_nodes_of(*old) : std::vector<known_nodes>{};
  }
  [[nodiscard]] const embeddings* start() const { return old ? &tables.start : nullptr; }
};

json warm_json(const std::vector<warm_view>& views) {
  json list = json::array();
  for (const warm_view& v : views) {
    list.push_back({{"name", v.name}, {"kept", v.kept}, {"added", v.added}, {"from_aligned", v.from_aligned}});
  }
  return list;
}

std::string warm_text(const std::vector<warm_view>& views) {
  std::string text;
  for (const warm_view& v : views) {
    text += fmt::format("  \"{}\": {} kept, {} added, {} of them where the alignment puts them\n", v.name,
                        grouped(v.kept), grouped(v.added), grouped(v.from_aligned));
  }
  return text;
}

/// Says what is left of a training that was stopped: with code 1 where it should have been kept and could not be.
[[noreturn]] void end_interrupted(const config& cfg, const train_result& result, const fs::path& checkpoint) {
  const std::string done =
      fmt::format("interrupted after {} of {}; ", plural(result.epochs, "epoch", "epochs"), cfg.train.epochs);
  if (checkpoint.empty()) throw interrupted(done + "no model was written");
  if (result.kept) throw interrupted(fmt::format("{}{} goes on with --resume", done, checkpoint.string()));
  throw io_error(done + (fs::is_regular_file(checkpoint)
                             ? fmt::format("its last checkpoint could not be written, {} is an "
                                           "earlier one; it goes on with --resume",
                                           checkpoint.string())
                             : "its checkpoint could not be written, nothing is left of it"));
}

train_result trained(const config& cfg, const dataset& data, const train_arguments& args, const embeddings* start,
                     interrupts& signals, std::FILE* screen) {
  progress_view view(args.log);
  train_options options;
  options.device = device_named(args.device);
  options.start = start;
  options.on_progress = [&](const progress& now) { view(now); };
  options.on_memory_plan = [&](const memory_lines& lines) { fmt::print(screen, "{}", memory_text(lines)); };
  options.stop = signals.begin_training();
  const bool keeps = cfg.train.checkpoint_seconds > 0 || cfg.train.checkpoint_steps > 0;
  if (keeps || args.resume) options.checkpoints = {checkpoint_of(args.out), args.resume};
  options.checkpoints.on_failure = [&](const std::string& why) {
    view.finish();
    fmt::print(stderr, "m2grl: warning: no checkpoint: {}\n", why);
  };
  if (cfg.train.patience > 0) {
    options.validate = [&](const embeddings& learned) {
      return validation_hit_rate(data, learned, cfg.eval, cfg.eval.k.front());
    };
  }
  train_result result = train(cfg, data, options);
  view.finish();
  if (result.stopped) end_interrupted(cfg, result, options.checkpoints.file);
  signals.begin_saving();
  return result;
}

json views_json(const dataset& data) {
  json list = json::array();
  for (const view_data& view : data.views) {
    list.push_back({{"name", view.name}, {"nodes", view.ids.size()}, {"sequences", view.sequences.size()}});
  }
  return list;
}

void run_train(const train_arguments& args, interrupts& signals) {
  std::FILE* const screen = args.json == "-" ? stderr : stdout;  // JSON on standard output stands alone
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  check_places(args);
  if (args.resume && !args.dry_run && !has_checkpoint(args)) {
    if (fs::exists(fs::path(args.out) / "model.json")) {
      fmt::print(screen, "{} is finished: there is nothing to go on with\n", args.out);
      return;
    }
    fmt::print(screen, "{} holds no checkpoint: the training begins anew\n", args.out);
  }
  const config cfg = configured(args);
  const device_kind device = resolve_device(device_named(args.device), cfg.train);  // before the data is read
  warm_model warm(args.warm_start);
  dataset data = load_dataset(cfg, {.build_graphs = device == device_kind::cpu, .known = warm.nodes()});
  fmt::print(screen, "{}", ingest_text(data));
  if (warm.old) {
    warm.tables = warm_start(*warm.old, cfg, data);
    fmt::print(screen, "goes on from {}\n{}", args.warm_start, warm_text(warm.tables.views));
  }
  if (args.dry_run) {
    fmt::print(screen, "{}{}", plan_text(cfg, data), memory_text(plan_memory(cfg, data, device)));
    return;
  }
  (void)std::fflush(screen);
  json report{{"tasks", json::array()}};
  json views = views_json(data), ingest = ingest_json(data.report);
  train_result result = trained(cfg, data, args, warm.start(), signals, screen);

  model m = make_model(cfg, std::move(data), std::move(result.learned));
  if (warm.old) m = carry_over(*warm.old, std::move(m));
  save_model(m, args.out, args.overwrite || args.resume || has_checkpoint(args));
  const double rate = result.seconds > 0 ? static_cast<double>(result.pairs) / result.seconds : 0;
  report["tasks"] = tasks_json(m.tasks);
  report["seconds"] = result.seconds;
  report["seconds_total"] = passed();
  report["pairs_per_second"] = rate;
  report["peak_rss_bytes"] = peak_rss_bytes();
  report["resumed_from_step"] = result.resumed_from_round;
  if (warm.old) report["warm_start"] = warm_json(warm.tables.views);
  report["epochs"] = result.epochs;
  report["best_epoch"] = result.best_epoch;
  report["views"] = std::move(views);
  report["ingest"] = std::move(ingest);
  write_json(args.json, report);
  fmt::print(screen, "trained {} in {} ({} pairs, {} pairs/s)\n{}", plural(result.epochs, "epoch", "epochs"),
             duration(result.seconds), grouped(result.pairs), scaled(rate), tasks_text(m.tasks));
  if (result.best_epoch != result.epochs)
    fmt::print(screen, "kept the tables of epoch {}, the best on validation\n", result.best_epoch);
  fmt::print(screen, "wrote {}\n", args.out);
}

}  // namespace

void add_train(CLI::App& app, interrupts& signals) {
  auto* command = app.add_subcommand("train", "train a model on the data that a configuration describes");
  auto args = std::make_shared<train_arguments>();
  command->add_option("config", args->config, "the configuration (TOML)")->required()->type_name("CONFIG.toml");
  command->add_option("--data", args->data, "folder of the data files; by default the configuration's")
      ->type_name("DIR");
  command->add_option("--set", args->set, "override a key, as in train.dim=64; may be repeated")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  add_device(*command, args->device);
  auto* out =
      command->add_option("--out", args->out, "the model's folder, which must not exist yet; needed but for --dry-run")
          ->type_name("MODEL");
  auto* overwrite = command->add_flag("--overwrite", args->overwrite, "replace an existing model");
  command->add_flag("--resume", args->resume, "go on with a training that did not end, from its checkpoint in MODEL")
      ->excludes(overwrite);
  command
      ->add_option("--warm-start", args->warm_start,
                   "go on from this model on new events: its nodes keep ids and vectors, new ones are added")
      ->type_name("MODEL");
  command->add_flag("--dry-run", args->dry_run, "read the data, report it and the plan; train and write nothing");
  command->add_option("--json", args->json, "write what was done as JSON; \"-\": to standard output")
      ->type_name("FILE");
  command->add_option("--log", args->log, "write the progress, one JSON object a line")->type_name("FILE.jsonl");
  command->callback([args, out, &signals] {
    if (out->empty() && !args->dry_run) throw CLI::RequiredError("--out");
    run_train(*args, signals);
  });
}

}  // namespace m2grl::cli
