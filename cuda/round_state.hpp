#pragma once
/// What a round tells its kernels and what they tell back. It lies in device memory: a round's kernels are captured
/// once in a graph, with pointers and grids that never change, and all that differs between rounds is in here.

#include <cstdint>

#include "m2grl/kernel/task_weights.hpp"

namespace m2grl::cuda {

/// One task's slice of the epoch's order.
struct item_range {
  std::uint64_t first = 0, count = 0;
};

/// What the host gives each task at the start of a round.
struct task_start {
  item_range slice;         ///< sequences, walks or linked pairs
  double fixed_weight = 1;  ///< ŵ_t under the policy `fixed`
};

/// The same for all tasks. The host writes it before each round.
struct round_state {
  std::uint64_t round = 0;
  std::uint32_t epoch = 0;
  float learning_rate = 0;
  double task_weight_rate = 0;  ///< of s_t
};

/// One task: what it keeps between rounds (s_t, ŵ_t), and what the round in hand adds up.
struct task_round {
  item_range slice;             ///< sequences, walks or linked pairs
  double log_variance = 0;      ///< s_t
  double weight = 1;            ///< ŵ_t, constant within a round
  unsigned long long loss = 0;  ///< in kernel::loss_unit
  unsigned long long pairs = 0;
  unsigned long long next_item = 0;  ///< of the slice, to be handed out
  unsigned int non_finite = 0;       ///< some logit was not finite
  unsigned int finished_warps = 0;
};

/// The start of a round for task t of `tasks`: its slice, its weight, empty sums.
M2GRL_HOST_DEVICE inline void begin_task(task_round* tasks, std::uint32_t t, const task_start& start,
                                         weight_policy policy, std::uint32_t intra_tasks) {
  double intra_sum = 0;
  for (std::uint32_t v = 0; v < intra_tasks; ++v) intra_sum += std::exp(-tasks[v].log_variance);
  task_round& task = tasks[t];
  task.weight = kernel::task_weight(policy, task.log_variance, intra_sum, intra_tasks, start.fixed_weight);
  task.slice = start.slice;
  task.loss = task.pairs = task.next_item = 0;
  task.non_finite = task.finished_warps = 0;
}

/// The start of one step of a task that no other is trained with: its sums go on.
M2GRL_HOST_DEVICE inline void begin_step(task_round& task, item_range slice) {
  task.slice = slice;
  task.next_item = 0;
  task.finished_warps = 0;
}

}  // namespace m2grl::cuda
