#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cpu/train_sequences.hpp"
#include "cpu/worker_team.hpp"
#include "m2grl/error.hpp"
#include "m2grl/steps.hpp"
#include "train/sgns_problem.hpp"

namespace m2grl {
namespace {

void check_dim(const table& t, const train_config& cfg, const char* what) {
  if (t.dim() == cfg.dim) return;
  throw invalid_input(fmt::format("{} has dim {}, train.dim is {}", what, t.dim(), cfg.dim));
}

/// With the factors of rows that so many workers would touch at once.
problem shared_problem(const train_config& cfg, table& input, table& output, std::span<const std::uint64_t> counts,
                       std::uint64_t sequences) {
  if (cfg.precision != table_precision::fp32)
    throw invalid_input("train.precision is bf16, but tables in host memory are fp32");
  check_dim(input, cfg, "the input table");
  check_dim(output, cfg, "the output table");
  problem p = make_sgns_problem(cfg, input.rows(), output.rows(), &input == &output, counts);
  p.threads = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(sequences / 64, 1, p.threads));
  view_task& task = p.views[0];
  task.hot = hot_rows(task.counts, negative_probabilities(task.noise_counts, cfg.sampler, cfg.alpha), cfg.window,
                      cfg.negatives, p.threads, capacity_of(p.cfg), p.cfg.tied);
  return p;
}

}  // namespace

struct host_sgns::state {
  state(const train_config& cfg, table& in, table& out, std::span<const std::uint64_t> counts, std::uint64_t sequences)
      : setting(shared_problem(cfg, in, out, counts, sequences)),
        input(in),
        output(out),
        size(in.rows(), in.dim()),
        team(setting.threads) {
    if (cfg.optimizer != optimizer_kind::adagrad) return;
    input_squares.assign(in.rows(), 0);
    if (&in != &out) output_squares.assign(out.rows(), 0);
  }

  /// Samplers, hot rows and AdaGrad's sums are of the tables as they were.
  void check_size(const table& t, const char* what) const {
    const auto& [nodes, dim] = size;
    if (t.rows() == nodes && t.dim() == dim) return;
    throw invalid_input(fmt::format("the {} table is {} x {} now, host_sgns was made for {} x {}: make another", what,
                                    t.rows(), t.dim(), nodes, dim));
  }
  [[nodiscard]] cpu::table_rows input_rows() { return rows(input, setting.views[0].hot.input, input_squares); }
  [[nodiscard]] cpu::table_rows output_rows() {
    return rows(output, setting.views[0].hot.output, &input == &output ? input_squares : output_squares);
  }
  static cpu::table_rows rows(table& t, const std::vector<float>& factors, std::vector<float>& squares) {
    return {t.data(), t.stride(), factors.empty() ? nullptr : factors.data(),
            squares.empty() ? nullptr : squares.data()};
  }

  problem setting;
  table& input;
  table& output;
  std::pair<std::size_t, std::size_t> size;  // rows, dim
  cpu::worker_team team;
  std::vector<float> input_squares, output_squares;  // AdaGrad's
  std::uint32_t steps = 0;
};

host_sgns::host_sgns(const train_config& cfg, table& input, table& output, std::span<const std::uint64_t> counts,
                     std::uint64_t sequences_per_step)
    : state_(std::make_unique<state>(cfg, input, output, counts, sequences_per_step)) {}
host_sgns::host_sgns(host_sgns&&) noexcept = default;
host_sgns& host_sgns::operator=(host_sgns&&) noexcept = default;
host_sgns::~host_sgns() = default;

sgns_totals host_sgns::train(ragged_ref sequences, float learning_rate) {
  state& s = *state_;
  check_step_rate(learning_rate);
  s.check_size(s.input, "input");
  s.check_size(s.output, "output");
  check_ragged(sequences, s.input.rows(), "the sequences");
  const view_task& task = s.setting.views[0];
  const kernel::sgns_options options = task.options(s.setting.cfg, s.steps);
  const kernel::permutation order(sequences.size(), options.seed, options.task, options.epoch);
  std::atomic<std::uint64_t> next{0};
  std::mutex sum_in_use;
  kernel::loss_tally sum;
  s.team.run(s.team.size(), [&](cpu::team_member) {
    cpu::sequence_worker worker(s.input_rows(), s.output_rows(), s.setting.cfg.dim, learning_rate, options);
    constexpr std::uint64_t chunk = cpu::sequence_chunk;
    for (std::uint64_t first = next.fetch_add(chunk); first < sequences.size(); first = next.fetch_add(chunk)) {
      cpu::train_in_order(sequences, order, first, std::min(first + chunk, sequences.size()), worker);
    }
    const std::scoped_lock lock(sum_in_use);
    sum += worker.tally();
  });
  if (sum.non_finite) throw diverged("sgns", s.steps);
  ++s.steps;
  return {sum.pairs, sum.mean()};
}

}  // namespace m2grl
