#include "train/schedule.hpp"

#include <algorithm>

namespace m2grl {
namespace {

// A run has a few hundred rounds, so that the rate falls smoothly and the task weights can follow the losses;
// but a round is long against the cost of starting one, and at most about 50 ms: a stop waits for it.
constexpr std::uint64_t wanted_rounds = 512;
constexpr std::uint64_t least_positions = 8192;

/// items · numerator / denominator without overflow for up to 2^64 items.
std::uint64_t share(std::uint64_t items, std::uint64_t numerator, std::uint64_t denominator) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(items) * numerator / denominator);
}

}  // namespace

schedule::schedule(const problem& p, const round_limits& limits) : problem_(p), epochs_(p.cfg.epochs) {
  std::uint64_t positions = 0;
  for (const view_task& view : p.views) positions += view.positions;
  const std::uint64_t per_round =
      std::clamp(share(positions, epochs_, wanted_rounds), least_positions, limits.most_positions);
  rounds_per_epoch_ = std::max<std::uint64_t>(1, (positions + per_round - 1) / per_round);
}

round_plan schedule::plan(std::uint64_t round) const {
  round_plan plan;
  plan.round = round;
  plan.epoch = static_cast<std::uint32_t>(round / rounds_per_epoch_);
  plan.learning_rate = learning_rate(round);
  const std::uint64_t part = round % rounds_per_epoch_;
  for (std::size_t t = 0; t < problem_.tasks(); ++t) {
    const std::uint64_t first = share(problem_.items(t), part, rounds_per_epoch_);
    plan.slices.push_back(
        {first, share(problem_.items(t), part + 1, rounds_per_epoch_) - first, problem_.fixed_weight(t)});
  }
  return plan;
}

std::vector<std::uint64_t> schedule::largest_slices() const {
  std::vector<std::uint64_t> largest;
  for (std::size_t t = 0; t < problem_.tasks(); ++t) {
    largest.push_back((problem_.items(t) + rounds_per_epoch_ - 1) / rounds_per_epoch_);
  }
  return largest;
}

double schedule::learning_rate(std::uint64_t round) const {
  const train_config& cfg = problem_.cfg;
  const double done = (static_cast<double>(round) + 0.5) / static_cast<double>(rounds());
  if (done < cfg.warmup) return cfg.learning_rate * done / cfg.warmup;
  const double left = (1 - done) / (1 - cfg.warmup);
  return std::max(cfg.min_learning_rate, cfg.learning_rate * left);
}

}  // namespace m2grl
