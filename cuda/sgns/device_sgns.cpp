#include <fmt/format.h>

#include "cuda/inputs/device_sequences.hpp"
#include "cuda/sgns/sgns_state.hpp"
#include "m2grl/error.hpp"
#include "m2grl/steps.hpp"
#include "train/backend.hpp"
#include "train/sgns_problem.hpp"

namespace m2grl {
namespace {

using namespace cuda;  // NOLINT: the public face of its parts

void require(bool holds, const std::string& message) {
  if (!holds) throw invalid_input(message);
}

table_ref checked(const device_table_ref& t, const train_config& cfg, const std::string& what) {
  require(t.dim == cfg.dim, fmt::format("{} has dim {}, train.dim is {}", what, t.dim, cfg.dim));
  require(
      t.stride % 16 == 0 && t.stride >= padded_dim(t.dim),
      fmt::format("{} has stride {}, it must be a multiple of 16 and at least its dim of {}", what, t.stride, t.dim));
  require(t.precision == cfg.precision, what + " has another precision than train.precision");
  require(reinterpret_cast<std::uintptr_t>(t.data) % 16 == 0, what + " is not aligned to 16 bytes");
  check_device_pointer(t.data, what + ": rows");
  return {t.data, t.stride, nullptr, nullptr, t.precision == table_precision::bf16};
}

}  // namespace

struct device_sgns::state {
  state(const train_config& cfg, const device_table_ref& input, const device_table_ref& output,
        std::span<const std::uint64_t> counts, std::uint64_t sequences_per_step)
      : setting(make_sgns_problem(cfg, input.rows, output.rows, input.data == output.data, counts)),
        sgns(setting, 0, checked(input, cfg, "the input table"), checked(output, cfg, "the output table"),
             sequences_per_step),
        task(std::span(&fresh, 1)),
        round(1) {}

  static constexpr task_round fresh{};
  problem setting;
  sgns_state sgns;
  device_array<task_round> task;
  device_array<round_state> round;
  std::uint32_t steps = 0;
  task_round reported;  ///< as totals() last saw it
};

device_sgns::device_sgns(const train_config& cfg, const device_table_ref& input, const device_table_ref& output,
                         std::span<const std::uint64_t> counts, std::uint64_t sequences_per_step) {
  const std::string reason = why_no_gpu();
  require(reason.empty(), "SGNS steps on a GPU: " + reason);
  state_ = std::make_unique<state>(cfg, input, output, counts, sequences_per_step);
}
device_sgns::device_sgns(device_sgns&&) noexcept = default;
device_sgns& device_sgns::operator=(device_sgns&&) noexcept = default;
device_sgns::~device_sgns() = default;

void device_sgns::enqueue(ragged_ref sequences, float learning_rate, stream_handle stream) {
  check_step_rate(learning_rate);
  forget_callers_error();
  state& s = *state_;
  const round_state now{s.steps, s.steps, learning_rate, 0};
  launch_begin_step(s.task.data(), s.round.data(), now, {0, sequences.size()}, stream);
  sgns_arguments arguments = s.sgns.arguments();
  arguments.sequences.offsets = sequences.offsets.data();
  arguments.sequences.ids = sequences.ids.data();
  arguments.sequences.rows = sequences.size();
  arguments.task = s.task.data();
  arguments.round = s.round.data();
  launch_sgns(arguments, s.sgns.grid(), stream);
  ++s.steps;
}

sgns_totals device_sgns::totals(stream_handle stream) {
  state& s = *state_;
  task_round sums;
  s.task.download({&sums, 1}, stream);
  if (sums.non_finite != 0) throw diverged("sgns", s.steps == 0 ? 0 : s.steps - 1);
  kernel::loss_tally since;
  since.loss = static_cast<std::int64_t>(sums.loss - s.reported.loss);
  since.pairs = sums.pairs - s.reported.pairs;
  s.reported = sums;
  return {since.pairs, since.mean()};
}

}  // namespace m2grl
