#pragma once
/// How a run is cut into rounds, and the learning rate of each.

#include <cstdint>

#include "train/backend.hpp"

namespace m2grl {

class schedule {
 public:
  explicit schedule(const problem& p, const round_limits& limits = {});

  [[nodiscard]] std::uint64_t rounds_per_epoch() const noexcept { return rounds_per_epoch_; }
  [[nodiscard]] std::uint64_t rounds() const noexcept { return rounds_per_epoch_ * epochs_; }
  /// Slices in proportion to each task's data.
  [[nodiscard]] round_plan plan(std::uint64_t round) const;
  /// The most items of each task that a round may hold.
  [[nodiscard]] std::vector<std::uint64_t> largest_slices() const;
  /// Linear warm-up from 0, then linear decay to the least rate, by the middle of the round.
  [[nodiscard]] double learning_rate(std::uint64_t round) const;

 private:
  const problem& problem_;
  std::uint64_t epochs_;
  std::uint64_t rounds_per_epoch_;
};

}  // namespace m2grl
