#pragma once
/// The end of a batch: W and b move, and the batch's losses are added up.

#include <cstdint>

#include "cuda/align/link_batch.hpp"
#include "cuda/finish_task.hpp"
#include "cuda/warp.hpp"

namespace m2grl::cuda {

/// Rate of W and b in a batch of `pairs` pairs.
M2GRL_HOST_DEVICE inline float matrix_rate_of(const link_batch& l, std::uint32_t pairs) {
  return static_cast<float>(rate_of(l) * l.matrix_rate) * touch_scale(pairs);
}

/// Element `i` of W, all matrices counted.
M2GRL_HOST_DEVICE inline void step_matrix(const link_batch& l, std::uint32_t batch, std::uint32_t i) {
  const std::uint32_t pairs = slice_of(l, batch).count;
  if (pairs == 0 || i >= l.matrices * l.relation_stride * l.stride || l.state->non_finite != 0) return;
  l.w[i] += matrix_rate_of(l, pairs) * l.w_delta[i];
}

/// One warp of the grid: b moves. Returns what the batch adds to the round, the same in all lanes.
[[nodiscard]] M2GRL_HOST_DEVICE inline kernel::loss_tally close_batch(const warp& w, const link_batch& l,
                                                                      std::uint32_t batch) {
  kernel::loss_tally tally;
  tally.pairs = slice_of(l, batch).count;
  if (tally.pairs == 0) return tally;
  per_lane<std::int64_t> losses;
  per_lane<double> gradients;
  w.each([&](std::uint32_t lane) {
    losses[lane] = 0;
    gradients[lane] = 0;
    for (std::uint32_t i = lane; i < partial_sums; i += warp_lanes) {
      losses[lane] += static_cast<std::int64_t>(l.state->loss[i]);
      gradients[lane] += l.state->bias_gradient[i];
    }
  });
  tally.loss = w.sum(losses);
  tally.non_finite = l.state->non_finite != 0;
  const float gradient = static_cast<float>(w.sum(gradients));
  w.each([&](std::uint32_t lane) {
    if (lane != 0 || tally.non_finite || !l.learns_bias) return;
    *l.bias += matrix_rate_of(l, static_cast<std::uint32_t>(tally.pairs)) * gradient;
  });
  return tally;
}

/// The same, then the batch joins the round, whose launches end with the last batch that is not empty.
M2GRL_HOST_DEVICE inline void end_batch(const warp& w, const link_batch& l, std::uint32_t batch) {
  const kernel::loss_tally tally = close_batch(w, l, batch);
  w.each([&](std::uint32_t lane) {
    if (lane == 0 && tally.pairs > 0) finish_launch(*l.task, *l.round, tally, batches_of(l));
  });
}

}  // namespace m2grl::cuda
