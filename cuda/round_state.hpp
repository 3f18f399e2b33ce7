#pragma once
/// What a round tells its kernels and what they tell back. It lies in device memory: a round's kernels are captured
/// once in a graph, with pointers and grids that never change, and all that differs between rounds is in here.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/task_weights.hpp"

namespace m2grl::cuda {

/// One task in the round in hand: its slice of the epoch's order, its weight, and the sums of its launches.
struct task_round {
  std::uint64_t first = 0, count = 0;  ///< items (sequences, walks, linked pairs)
  double log_variance = 0;             ///< s_t, learned over all rounds
  double weight = 1;                   ///< ŵ_t of this round
  unsigned long long loss = 0;         ///< in kernel::loss_unit
  unsigned long long pairs = 0;
  unsigned int non_finite = 0;       ///< some logit was not finite
  unsigned int finished_blocks = 0;  ///< ticket counter of the launch in hand
  unsigned long long next_item = 0;  ///< of the slice, to be handed out
};

struct round_state {
  std::uint64_t round = 0;
  std::uint32_t epoch = 0;
  float learning_rate = 0;
};

}  // namespace m2grl::cuda
