#pragma once
/// The order in which an epoch's walks are trained: runs of walks from neighbouring start nodes, which share their
/// reads of the graph, and the runs in a random order.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/permutation.hpp"

namespace m2grl::kernel {

class walk_order {
 public:
  static constexpr std::uint32_t run_length = 32;  ///< walks of a run; their numbers follow one another

  /// Of `walks` walks; one order per (seed, task, epoch).
  M2GRL_HOST_DEVICE walk_order(std::uint64_t walks, std::uint64_t seed, std::uint32_t task, std::uint32_t epoch)
      : runs_(walks / run_length), order_(runs_ > 0 ? runs_ : 1, seed, task, epoch) {}

  /// Number of the walk that is item `item` of the epoch. Whole runs come in random order, the rest follows in its own.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint64_t operator()(std::uint64_t item) const {
    const std::uint64_t run = item / run_length;
    return (run < runs_ ? order_(run) : run) * run_length + item % run_length;
  }

  /// Items from `item` to the end of its run.
  [[nodiscard]] M2GRL_HOST_DEVICE static std::uint32_t left_in_run(std::uint64_t item) {
    return run_length - static_cast<std::uint32_t>(item % run_length);
  }

 private:
  std::uint64_t runs_;  // whole ones
  permutation order_;
};

}  // namespace m2grl::kernel
