#pragma once
/// Keeps a run's losses and weights, in bounded memory.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "m2grl/kernel/task_weights.hpp"
#include "m2grl/model.hpp"

namespace m2grl {

/// Joins rounds into points. When `capacity` points are full, every two of them become one, and points are twice as
/// long from there on: at least half of the capacity is used, evenly, however long the run is.
class history_recorder {
 public:
  explicit history_recorder(std::size_t tasks, std::size_t capacity = 512);  ///< capacity: even

  /// One round: what its tasks lost, and ŵ_t after it.
  void add(std::span<const kernel::loss_tally> tallies, std::span<const task_state> states);
  [[nodiscard]] training_history history(std::uint64_t rounds_per_epoch) const;

  struct point {
    std::uint64_t rounds = 0;
    std::vector<kernel::loss_tally> tallies;
    std::vector<double> weights;  ///< summed over the rounds
  };
  /// What a recorder of as many tasks goes on from.
  struct contents {
    std::uint64_t rounds_per_point = 1;
    std::vector<point> points;
  };
  [[nodiscard]] contents recorded() const { return {rounds_per_point_, points_}; }
  /// False, and nothing changes, where no recorder could have kept this of `rounds` rounds.
  [[nodiscard]] bool go_on_from(contents recorded, std::uint64_t rounds);

 private:
  static void join(point& to, const point& next);
  void halve();

  std::size_t tasks_, capacity_;
  std::uint64_t rounds_per_point_ = 1;
  std::vector<point> points_;
};

}  // namespace m2grl
