/// The CPU backend: Hogwild threads over sequences, Eigen and BLAS for alignment.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <numeric>

#include "cpu/align.hpp"
#include "cpu/blas_threads.hpp"
#include "cpu/train_sequences.hpp"
#include "cpu/worker_team.hpp"
#include "m2grl/kernel/permutation.hpp"
#include "m2grl/kernel/walk_order.hpp"
#include "m2grl/walks.hpp"
#include "train/backend.hpp"

namespace m2grl {
namespace {

using cpu::table_rows;

constexpr std::uint64_t chunk = cpu::sequence_chunk;  // sequences or walks that a thread claims at a time

/// Lazy Adam's moments of a view's input table.
class moments {
 public:
  moments() = default;
  moments(std::size_t rows, std::size_t dim) : means_(rows, dim), squares_(rows, dim), steps_(rows, 0) {}
  [[nodiscard]] kernel::adam_rows ref() {
    if (steps_.empty()) return {};
    return {means_.data(), squares_.data(), steps_.data()};
  }
  [[nodiscard]] std::vector<state_part> state(std::size_t view) {
    if (steps_.empty()) return {};
    return {{fmt::format("view.{}.adam_means", view), means_.data(), means_.bytes()},
            {fmt::format("view.{}.adam_squares", view), squares_.data(), squares_.bytes()},
            {fmt::format("view.{}.adam_steps", view), steps_.data(), steps_.size() * sizeof(steps_[0])}};
  }

 private:
  table means_, squares_;
  std::vector<std::uint32_t> steps_;
};

/// One for each view, empty where no link moves its rows by Adam.
std::vector<moments> moments_of(const problem& p) {
  std::vector<moments> all(p.views.size());
  for (std::size_t v = 0; v < all.size(); ++v) {
    if (p.moves_by_adam(v)) all[v] = moments(p.views[v].input.nodes, p.cfg.dim);
  }
  return all;
}

class cpu_backend final : public backend {
 public:
  explicit cpu_backend(const problem& p)
      : problem_(p), learned_(initial_embeddings(p)), team_(p.threads), moments_(moments_of(p)) {
    for (const link_task& link : p.links) {
      links_.emplace_back(p, link, team_, moments_[link.input.from].ref(), moments_[link.input.to].ref());
    }
    for (const view_task& view : p.views) {
      const bool adagrad = p.cfg.optimizer == optimizer_kind::adagrad;
      input_squares_.emplace_back(adagrad ? view.input.nodes : 0, 0.0f);
      output_squares_.emplace_back(adagrad && !p.cfg.tied ? view.input.nodes : 0, 0.0f);
      if (view.input.source == sequence_source::walks) {
        walkers_.push_back(std::make_unique<walker>(*view.input.graph, view.input.walks, p.cfg.seed, view.number));
      } else {
        walkers_.push_back(nullptr);
      }
    }
    rank_views();
  }

  void launch(const round_plan& plan) override {
    const cpu::single_threaded_blas one_thread_each;
    outcome_.tallies.assign(problem_.tasks(), {});
    set_weights(plan);
    train_views(plan);
    for (std::size_t t = problem_.views.size(); t < problem_.tasks(); ++t) outcome_.tallies[t] = train_link(t, plan);
    for (std::size_t t = 0; t < problem_.tasks(); ++t) update_log_variance(t, plan.round == 0);
  }

  round_outcome wait() override { return outcome_; }
  const std::vector<task_state>& tasks() override { return learned_.tasks; }
  const embeddings& learned() override {
    if (problem_.cfg.tied) fill_outputs(learned_);
    return learned_;
  }
  std::vector<state_part> state() override {
    std::vector<state_part> parts = parts_of(learned_, "");
    const auto add = [&](std::string name, std::vector<float>& values) {
      if (!values.empty()) parts.push_back({std::move(name), values.data(), values.size() * sizeof(float)});
    };
    for (std::size_t v = 0; v < problem_.views.size(); ++v) {
      add(fmt::format("view.{}.input_squares", v), input_squares_[v]);
      add(fmt::format("view.{}.output_squares", v), output_squares_[v]);
      for (state_part& part : moments_[v].state(v)) parts.push_back(std::move(part));
    }
    for (std::size_t t = 0; t < problem_.tasks(); ++t) {
      task_state& task = learned_.tasks[t];
      parts.push_back({fmt::format("task.{}.log_variance", t), &task.log_variance, sizeof(task.log_variance)});
      parts.push_back({fmt::format("task.{}.weight", t), &task.weight, sizeof(task.weight)});
    }
    return parts;
  }
  void read_state(const state_part& part, void* to) override { std::memcpy(to, part.data, part.bytes); }
  void write_state(const state_part& part, const void* from) override { std::memcpy(part.data, from, part.bytes); }
  embeddings take() override {
    (void)learned();
    return std::move(learned_);
  }

 private:
  table_rows input_rows(std::size_t v) {
    return rows(learned_.views[v].input, problem_.views[v].hot.input, input_squares_[v]);
  }
  table_rows output_rows(std::size_t v) {
    if (problem_.cfg.tied) return rows(learned_.views[v].input, problem_.views[v].hot.output, input_squares_[v]);
    return rows(learned_.views[v].output, problem_.views[v].hot.output, output_squares_[v]);
  }
  static table_rows rows(table& t, const std::vector<float>& factors, std::vector<float>& squares) {
    return {t.data(), t.stride(), factors.empty() ? nullptr : factors.data(),
            squares.empty() ? nullptr : squares.data()};
  }

  /// Views by the positions that they train on in an epoch, most first.
  void rank_views() {
    std::vector<double> work;
    for (const view_task& view : problem_.views) {
      work.push_back(static_cast<double>(view.positions) * kept_share(view.counts, problem_.cfg.subsample));
    }
    by_work_.resize(work.size());
    std::iota(by_work_.begin(), by_work_.end(), std::size_t{0});
    std::stable_sort(by_work_.begin(), by_work_.end(), [&](std::size_t a, std::size_t b) { return work[a] > work[b]; });
  }

  /// ŵ_t of this round, from the s_t that the last one left.
  void set_weights(const round_plan& plan) {
    const auto views = static_cast<std::uint32_t>(problem_.views.size());
    double intra_sum = 0;
    for (std::uint32_t v = 0; v < views; ++v) intra_sum += std::exp(-learned_.tasks[v].log_variance);
    for (std::size_t t = 0; t < problem_.tasks(); ++t) {
      task_state& task = learned_.tasks[t];
      task.weight = kernel::task_weight(problem_.cfg.task_weights, task.log_variance, intra_sum, views,
                                        plan.slices[t].fixed_weight);
    }
  }

  void update_log_variance(std::size_t t, bool first_round) {
    const kernel::loss_tally& tally = outcome_.tallies[t];
    if (tally.pairs == 0) return;
    double& s = learned_.tasks[t].log_variance;
    s = kernel::updated_log_variance(s, tally.mean(), problem_.cfg.task_weight_rate, first_round);
  }

  /// Views train side by side: a worker takes a view that nobody works on while there is one, so that its rows stay
  /// in its core's caches (two threads on one small table are no faster than one), and then helps with the others.
  void train_views(const round_plan& plan) {
    std::vector<view_queue> queues(problem_.views.size());
    std::mutex tallies_in_use;
    team_.run(team_.size(), [&](cpu::team_member me) {
      const auto train = [&](std::size_t v) {
        const kernel::loss_tally mine = train_view(v, plan, queues[v]);
        const std::scoped_lock lock(tallies_in_use);
        outcome_.tallies[v] += mine;
      };
      for (std::size_t i = 0; i < by_work_.size(); ++i) {
        const std::size_t v = by_work_[(me.worker + i) % by_work_.size()];
        if (!queues[v].taken.exchange(true)) train(v);
      }
      for (const std::size_t v : by_work_) {
        if (queues[v].next >= plan.slices[v].count) continue;
        // Few sequences on many workers would train on stale rows only: at least 64 sequences each.
        if (1 + queues[v].helpers.fetch_add(1) < problem_.views[v].items / 64) train(v);
      }
    });
  }

  /// The next sequence of a view's slice to hand out; whether a worker has begun on it, and how many came to help.
  struct view_queue {
    std::atomic<std::uint64_t> next{0}, helpers{0};
    std::atomic<bool> taken{false};
  };

  [[nodiscard]] kernel::loss_tally train_view(std::size_t v, const round_plan& plan, view_queue& queue) {
    const view_task& task = problem_.views[v];
    const kernel::sgns_options options = task.options(problem_.cfg, plan.epoch);
    const task_slice slice = plan.slices[v];
    const auto rate = static_cast<float>(plan.learning_rate * learned_.tasks[v].weight);
    cpu::sequence_worker worker(input_rows(v), output_rows(v), problem_.cfg.dim, rate, options);
    for (std::uint64_t begin = queue.next.fetch_add(chunk); begin < slice.count; begin = queue.next.fetch_add(chunk)) {
      const std::uint64_t end = std::min(begin + chunk, slice.count);
      if (walkers_[v] != nullptr) {
        train_walks(v, plan.epoch, slice.first + begin, slice.first + end, worker);
      } else {
        train_sequences(task, plan.epoch, slice.first + begin, slice.first + end, worker);
      }
    }
    return worker.tally();
  }

  /// Sequences first … last − 1 of the epoch's random order.
  void train_sequences(const view_task& task, std::uint32_t epoch, std::uint64_t first, std::uint64_t last,
                       cpu::sequence_worker& worker) const {
    const kernel::permutation order(task.items, problem_.cfg.seed, task.number, epoch);
    cpu::train_in_order(task.input.sequences, order, first, last, worker);
  }

  /// Walks first … last − 1 of the epoch's order, drawn run by run.
  void train_walks(std::size_t v, std::uint32_t epoch, std::uint64_t first, std::uint64_t last,
                   cpu::sequence_worker& worker) const {
    const view_task& task = problem_.views[v];
    const std::uint32_t length = task.input.walks.length;
    constexpr std::uint32_t run = kernel::walk_order::run_length;
    std::vector<node_id> nodes(std::size_t{run} * length);
    std::uint32_t lengths[run];
    const kernel::walk_order order(task.items, problem_.cfg.seed, task.number, epoch);
    for (std::uint64_t item = first; item < last;) {
      const auto count =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(kernel::walk_order::left_in_run(item), last - item));
      const std::uint64_t start = order(item);
      walkers_[v]->generate(epoch, start, count, nodes.data(), lengths);
      cpu::sequence_item items[run];
      for (std::uint32_t w = 0; w < count; ++w)
        items[w] = {nodes.data() + std::size_t{w} * length, lengths[w], start + w};
      worker.train({items, count});
      item += count;
    }
  }

  kernel::loss_tally train_link(std::size_t t, const round_plan& plan) {
    const std::size_t l = t - problem_.views.size();
    relation& r = learned_.relations[l];
    const double rate = plan.learning_rate * problem_.cfg.align_rate * learned_.tasks[t].weight;
    return links_[l].train(plan.epoch, plan.slices[t], rate, input_rows(r.from), input_rows(r.to), r);
  }

  const problem& problem_;
  embeddings learned_;
  cpu::worker_team team_;
  std::vector<moments> moments_;
  round_outcome outcome_;
  std::vector<cpu::link_trainer> links_;
  std::vector<std::vector<float>> input_squares_, output_squares_;
  std::vector<std::unique_ptr<walker>> walkers_;
  std::vector<std::size_t> by_work_;
};

}  // namespace

std::unique_ptr<backend> make_cpu_backend(const problem& p) { return std::make_unique<cpu_backend>(p); }

}  // namespace m2grl
