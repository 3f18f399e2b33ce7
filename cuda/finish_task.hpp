#pragma once
/// How a task's launch ends: its warps add up what they trained, and the last of them updates s_t.

#include <cstdint>

#include "cuda/atomics.hpp"
#include "cuda/round_state.hpp"

namespace m2grl::cuda {

/// One thread of each of the launch's `warps` warps calls this once, at its end. The tally's sums are integers, so
/// their order does not matter.
M2GRL_HOST_DEVICE inline void finish_launch(task_round& task, const round_state& round, const kernel::loss_tally& mine,
                                            unsigned int warps) {
  fetch_add(&task.loss, static_cast<unsigned long long>(mine.loss));
  fetch_add(&task.pairs, static_cast<unsigned long long>(mine.pairs));
  if (mine.non_finite) raise_flag(&task.non_finite);
  fence();  // the sums are there before the ticket is
  if (fetch_add(&task.finished_warps, 1u) != warps - 1) return;
  fence();
  kernel::loss_tally whole;
  whole.loss = static_cast<std::int64_t>(load_shared_sum(&task.loss));
  whole.pairs = load_shared_sum(&task.pairs);
  if (whole.pairs > 0) {
    task.log_variance =
        kernel::updated_log_variance(task.log_variance, whole.mean(), round.task_weight_rate, round.round == 0);
  }
}

}  // namespace m2grl::cuda
