#include "m2grl/trainer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <deque>

#include "ingest/find_link.hpp"
#include "m2grl/error.hpp"
#include "train/backend.hpp"
#include "train/checkpoint_keeper.hpp"
#include "train/device.hpp"
#include "train/problem.hpp"
#include "train/run_progress.hpp"
#include "train/schedule.hpp"

namespace m2grl {
namespace {

/// One run: launches rounds, adds up what they report, stops where asked, writes checkpoints on the way.
class run {
 public:
  run(const problem& p, device_kind device, const train_options& options)
      : problem_(p),
        options_(options),
        limits_(limits_of(device)),
        schedule_(p, limits_),
        backend_(make_backend(device, p, schedule_, options)),
        done_(p.tasks()),
        checkpoints_(p, schedule_, device, options.checkpoints) {
    if (!checkpoints_.resumes()) return;
    checkpoints_.resume(*backend_, done_, best_);
    result_.resumed_from_round = done_.rounds;
    trained_before_ = done_.seconds;
  }

  train_result finish() {
    const std::uint64_t rounds = schedule_.rounds();
    for (std::uint64_t round = done_.rounds; round < rounds && !done_.ended; ++round) {
      if (options_.stop.stop_requested()) {
        result_.stopped = true;
        break;
      }
      checkpoints_.poll();
      backend_->launch(planned(round));
      ++in_flight_;
      const bool epoch_ends = (round + 1) % schedule_.rounds_per_epoch() == 0;
      const bool keeps = checkpoints_.due(round + 1);
      while (in_flight_ > (epoch_ends || keeps ? 0 : limits_.in_flight - 1)) collect_round();
      if (epoch_ends) end_epoch();
      if (keeps) checkpoints_.keep(*backend_, done_, best_);
    }
    while (in_flight_ > 0) collect_round();
    if (result_.stopped) checkpoints_.keep(*backend_, done_, best_);
    result_.kept = checkpoints_.wait() && result_.stopped;
    return std::move(result_with_tables());
  }

 private:
  using clock = std::chrono::steady_clock;

  train_result& result_with_tables() {
    result_.rounds = done_.rounds;
    result_.pairs = done_.pairs;
    result_.epochs = done_.epochs;
    result_.seconds = done_.seconds;
    if (!best_.views.empty()) {
      result_.learned = std::move(best_);
      result_.best_epoch = done_.best_epoch;
    } else {
      result_.learned = backend_->take();
      result_.on_device = backend_->take_on_device();
      fill(result_.learned.tasks, done_.last_epoch.empty() ? done_.epoch : done_.last_epoch);
      result_.best_epoch = done_.epochs;
    }
    result_.learned.history = done_.history.history(schedule_.rounds_per_epoch());
    return result_;
  }

  /// The round's slices, with the weights of the caller's own policy where there is one.
  [[nodiscard]] round_plan planned(std::uint64_t round) {
    round_plan plan = schedule_.plan(round);
    if (!options_.task_weights) return plan;
    std::vector<task_state> tasks = backend_->tasks();
    fill(tasks, done_.last_round);
    std::vector<double> weights;
    for (const task_state& task : tasks) weights.push_back(task.weight);
    options_.task_weights(tasks, weights);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!std::isfinite(weights[t]) || weights[t] < 0) {
        throw invalid_input(
            fmt::format("the weight that train_options::task_weights gives task \"{}\" is {}, "
                        "it must be a finite number >= 0",
                        tasks[t].name, weights[t]));
      }
      plan.slices[t].fixed_weight = weights[t];
    }
    return plan;
  }

  /// Waits for the oldest round in flight, and reports it.
  void collect_round() {
    done_.last_round = backend_->wait().tallies;
    --in_flight_;
    const std::uint64_t round = done_.rounds++;
    for (std::size_t t = 0; t < problem_.tasks(); ++t) {
      const kernel::loss_tally& tally = done_.last_round[t];
      if (tally.non_finite) throw diverged(problem_.task_name(t), round);
      done_.epoch[t] += tally;
      done_.task_pairs[t] += tally.pairs;
      done_.pairs += tally.pairs;
    }
    done_.history.add(done_.last_round, backend_->tasks());
    const double passed = std::chrono::duration<double>(clock::now() - start_).count();
    done_.seconds = trained_before_ + passed - validation_seconds_;
    const bool epoch_ended = done_.rounds % schedule_.rounds_per_epoch() == 0;
    if (epoch_ended) ++done_.epochs;
    report(round, epoch_ended);
  }

  /// Names, losses and pair counts, beside the s_t and ŵ_t that the backend keeps.
  void fill(std::vector<task_state>& tasks, const std::vector<kernel::loss_tally>& tallies) const {
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      tasks[t].name = problem_.task_name(t);
      tasks[t].loss = tallies[t].mean();
      tasks[t].pairs = done_.task_pairs[t];
    }
  }

  void report(std::uint64_t round, bool epoch_ended) const {
    if (!options_.on_progress) return;
    std::vector<task_state> tasks = backend_->tasks();
    fill(tasks, done_.last_round);
    progress now;
    now.round = round + 1;
    now.rounds = schedule_.rounds();
    now.epoch = done_.epochs;
    now.epochs = problem_.cfg.epochs;
    now.pairs = done_.pairs;
    now.seconds = done_.seconds;
    now.learning_rate = schedule_.learning_rate(round);
    now.epoch_ended = epoch_ended;
    now.tasks = tasks;
    options_.on_progress(now);
  }

  /// Early stopping: keeps the best epoch's tables, ends the run when patience runs out.
  void end_epoch() {
    done_.last_epoch = done_.epoch;
    if (problem_.cfg.patience > 0 && options_.validate) {
      const auto start = clock::now();
      const double score = options_.validate(backend_->learned());
      if (best_.views.empty() || score > done_.best_score) {
        done_.best_score = score;
        best_ = copy_of(backend_->learned());
        fill(best_.tasks, done_.epoch);
        done_.best_epoch = done_.epochs;
      }
      done_.ended = done_.epochs - done_.best_epoch >= problem_.cfg.patience;
      validation_seconds_ += std::chrono::duration<double>(clock::now() - start).count();
    }
    for (auto& tally : done_.epoch) tally = {};
  }

  const problem& problem_;
  const train_options& options_;
  round_limits limits_;
  schedule schedule_;
  std::unique_ptr<backend> backend_;
  run_progress done_;
  embeddings best_;
  checkpoint_keeper checkpoints_;
  train_result result_;
  clock::time_point start_ = clock::now();
  double validation_seconds_ = 0, trained_before_ = 0;
  std::uint32_t in_flight_ = 0;
};

/// Views whose sequences lie in device memory, with their counts.
class counted_views {
 public:
  counted_views(std::span<const view_input> views, device_kind device, stream_handle stream)
      : views_(views.begin(), views.end()) {
    for (view_input& view : views_) {
      if (view.sequences_in == memory_kind::host) continue;
      const std::string what = fmt::format("view \"{}\"", view.name);
      if (device == device_kind::cpu) {
        throw invalid_input(what + ": its sequences lie in device memory, but training would run on the CPU");
      }
      counts_.push_back(count_device_nodes(view, what, stream));
      if (view.counts.empty()) view.counts = counts_.back();
    }
  }
  [[nodiscard]] std::span<const view_input> views() const noexcept { return views_; }

 private:
  std::vector<view_input> views_;
  std::deque<std::vector<std::uint64_t>> counts_;
};

/// The graphs of views that walk without one. The CPU wants them all; a GPU builds its own.
std::deque<csr_graph> build_graphs(problem& p) {
  std::deque<csr_graph> graphs;
  for (view_task& task : p.views) {
    view_input& view = task.input;
    if (view.source != sequence_source::walks || view.graph != nullptr) continue;
    graphs.push_back(build_transition_graph(view.sequences, view.nodes, view.directed, view.event_weights));
    view.graph = &graphs.back();
  }
  return graphs;
}

link_input linked_input(const dataset& data, const link_config& wanted) {
  const std::size_t from = view_of_link(data.views, wanted.from), to = view_of_link(data.views, wanted.to);
  if (const link_data* link = find_link(data.links, from, to)) return {from, to, link->targets, link->counts, wanted};
  throw invalid_input(fmt::format("the data links no \"{}\" to a \"{}\"", wanted.from, wanted.to));
}

}  // namespace

train_result train(const train_config& cfg, std::span<const view_input> views, std::span<const link_input> links,
                   const train_options& options) {
  if (options.keep_on_device && cfg.patience > 0) {
    throw invalid_input(
        fmt::format("train.patience is {}, but tables that stay on the GPU have no best epoch kept", cfg.patience));
  }
  const device_kind device = resolve_device(options.device, cfg);
  const counted_views counted(views, device, options.stream);
  problem p = make_problem(cfg, counted.views(), links, options.start);
  if (options.task_weights) p.cfg.task_weights = weight_policy::fixed;
  std::deque<csr_graph> graphs;
  if (device == device_kind::cpu) graphs = build_graphs(p);
  return run(p, device, options).finish();
}

namespace {

/// A data set as the trainer takes it; it must outlive this.
struct training_inputs {
  std::vector<view_input> views;
  std::vector<link_input> links;
};

training_inputs inputs_of(const config& cfg, const dataset& data) {
  training_inputs inputs;
  for (std::size_t v = 0; v < data.views.size(); ++v) {
    const view_data& view = data.views[v];
    view_input input;
    input.name = view.name;
    input.nodes = view.ids.size();
    input.sequences = view.sequences;
    input.counts = view.ids.counts();
    input.noise_counts = view.noise_counts;
    input.event_weights = view.event_weights;
    if (v < cfg.views.size()) {
      input.directed = cfg.views[v].directed;
      input.source = cfg.views[v].sequences;
      input.walks = cfg.views[v].walks;
    }
    if (!view.graph.empty()) input.graph = &view.graph;
    inputs.views.push_back(input);
  }
  for (const link_config& link : cfg.links) inputs.links.push_back(linked_input(data, link));
  return inputs;
}

}  // namespace

train_result train(const config& cfg, const dataset& data, const train_options& options) {
  const training_inputs inputs = inputs_of(cfg, data);
  return train(cfg.train, inputs.views, inputs.links, options);
}

memory_lines plan_memory(const config& cfg, const dataset& data, device_kind device) {
  const device_kind found = resolve_device(device, cfg.train);
  const training_inputs inputs = inputs_of(cfg, data);
  const problem p = make_problem(cfg.train, inputs.views, inputs.links);
  return describe_memory(found, p, schedule(p, limits_of(found)));
}

}  // namespace m2grl
