#pragma once
/// The unique rows of a batch: into X, through f and back, and home to their tables. A warp works on a row; a lane
/// moves 4 columns at a time.

#include <cmath>
#include <cstdint>

#include "cuda/align/link_batch.hpp"
#include "cuda/atomics.hpp"
#include "cuda/columns.hpp"
#include "cuda/table_parts.hpp"
#include "cuda/warp.hpp"
#include "m2grl/kernel/logistic.hpp"
#include "m2grl/kernel/projection.hpp"

namespace m2grl::cuda {

/// Columns that a lane moves at once, and a warp.
inline constexpr std::uint32_t lane_columns = 4;
inline constexpr std::uint32_t warp_columns = lane_columns * warp_lanes;

/// Calls f(lane, c) with the first of every 4 columns c of a row, dealt out to the lanes.
template <class Function>
M2GRL_HOST_DEVICE void for_columns(const warp& w, std::uint32_t stride, Function&& f) {
  w.each([&](std::uint32_t lane) {
    for (std::uint32_t c = lane_columns * lane; c < stride; c += warp_columns) f(lane, c);
  });
}

/// The slots of both sides are numbered one after the other: 0 … a.capacity + b.capacity − 1.
M2GRL_HOST_DEVICE inline const link_side& side_of(const link_batch& l, std::uint32_t slot) {
  return slot < l.a.capacity ? l.a : l.b;
}
M2GRL_HOST_DEVICE inline std::uint32_t slot_within(const link_batch& l, std::uint32_t slot) {
  return slot < l.a.capacity ? slot : slot - l.a.capacity;
}

/// Copies a row into X and clears its gradient; both are zero where the batch has no such row.
M2GRL_HOST_DEVICE inline void gather_row(const warp& w, const link_batch& l, std::uint32_t batch,
                                         std::uint32_t slot_of_both) {
  if (slice_of(l, batch).count == 0) return;
  const link_side& side = side_of(l, slot_of_both);
  const std::uint32_t slot = slot_within(l, slot_of_both);
  const bool used = slot < *side.row_count;
  const std::uint32_t id = used ? side.rows[slot] : 0;
  float* values = side.values + std::size_t{slot} * l.stride;
  float* gradient = side.gradient + std::size_t{slot} * l.relation_stride;
  for_columns(w, l.stride, [&](std::uint32_t, std::uint32_t c) {
    store<lane_columns>(values + c, used ? load_part<lane_columns>(side.table, id, c) : columns<lane_columns>{});
  });
  for_columns(w, l.relation_stride,
              [&](std::uint32_t, std::uint32_t c) { store<lane_columns>(gradient + c, columns<lane_columns>{}); });
  w.each([&](std::uint32_t lane) {
    if (lane == 0 && used) side.touches[slot] = 0;
  });
}

/// P = f(P). The padding stays zero.
M2GRL_HOST_DEVICE inline void activate_row(const warp& w, const link_batch& l, std::uint32_t batch,
                                           std::uint32_t slot_of_both) {
  const link_side& side = side_of(l, slot_of_both);
  const std::uint32_t slot = slot_within(l, slot_of_both);
  if (slice_of(l, batch).count == 0 || slot >= *side.row_count) return;
  float* row = side.projected + std::size_t{slot} * l.relation_stride;
  for_columns(w, l.relation_stride, [&](std::uint32_t, std::uint32_t c) {
    columns<lane_columns> x = load<lane_columns>(row + c);
    M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) {
      x.v[j] = c + j < l.relation_dim ? kernel::projected(l.projection, x.v[j]) : 0.0f;
    }
    store(row + c, x);
  });
}

/// G = G ∘ f′, told from P: back through f.
M2GRL_HOST_DEVICE inline void backpropagate_row(const warp& w, const link_batch& l, std::uint32_t batch,
                                                std::uint32_t slot_of_both) {
  const link_side& side = side_of(l, slot_of_both);
  const std::uint32_t slot = slot_within(l, slot_of_both);
  if (slice_of(l, batch).count == 0 || slot >= *side.row_count) return;
  const float* row = side.projected + std::size_t{slot} * l.relation_stride;
  float* gradient = side.gradient + std::size_t{slot} * l.relation_stride;
  for_columns(w, l.relation_stride, [&](std::uint32_t, std::uint32_t c) {
    const columns<lane_columns> p = load<lane_columns>(row + c);
    columns<lane_columns> g = load<lane_columns>(gradient + c);
    M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) g.v[j] *=
        kernel::projection_slope(l.projection, p.v[j]);
    store(gradient + c, g);
  });
}

/// AdaGrad's factor on the rate of row `id`, whose step D is given: its accumulator grows by the step's mean square
/// first.
M2GRL_HOST_DEVICE inline float adagrad_factor(const warp& w, const link_batch& l, float* square, const float* step) {
  per_lane<float> sum;
  w.each([&](std::uint32_t lane) { sum[lane] = 0; });
  for_columns(w, l.stride, [&](std::uint32_t lane, std::uint32_t c) {
    const columns<lane_columns> x = load<lane_columns>(step + c);
    M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) sum[lane] += x.v[j] * x.v[j];
  });
  const float mean = w.sum(sum) / static_cast<float>(l.dim);
  per_lane<float> accumulated;
  w.each([&](std::uint32_t lane) {
    if (lane == 0) accumulated[lane] = fetch_add(square, mean) + mean;
  });
  return kernel::adagrad_factor(w.value_of(accumulated, 0));
}

/// Replaces row `id`'s D by Adam's direction. One warp has the row, so plain loads and stores do.
M2GRL_HOST_DEVICE inline void turn_by_adam(const warp& w, const link_batch& l, const kernel::adam_rows& adam,
                                           std::uint32_t id, float* step) {
  const std::uint32_t steps = adam.steps[id] + 1;
  const kernel::adam_correction undo = kernel::adam_correction_of(steps);
  w.sync();  // every lane has read the count
  w.each([&](std::uint32_t lane) {
    if (lane == 0) adam.steps[id] = steps;
  });
  float *means = adam.means + std::size_t{id} * l.stride, *squares = adam.squares + std::size_t{id} * l.stride;
  for_columns(w, l.stride, [&](std::uint32_t, std::uint32_t c) {
    columns<lane_columns> x = load<lane_columns>(step + c), m = load<lane_columns>(means + c),
                          v = load<lane_columns>(squares + c);
    M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) x.v[j] =
        kernel::adam_direction(x.v[j], m.v[j], v.v[j], undo);
    store(step + c, x);
    store(means + c, m);
    store(squares + c, v);
  });
}

/// The factor on D that its optimiser asks for, beside the rate; Adam turns D itself.
M2GRL_HOST_DEVICE inline float step_factor(const warp& w, const link_batch& l, const link_side& side,
                                           std::uint32_t slot, std::uint32_t id, float* step) {
  if (side.adam.means != nullptr) {
    turn_by_adam(w, l, side.adam, id, step);
    return 1;
  }
  const float scale = touch_scale(side.touches[slot]);
  return side.table.squares == nullptr ? scale : scale * adagrad_factor(w, l, side.table.squares + id, step);
}

/// Adds rate · scale · D to the row's table, unless some logit of the batch was not finite, and frees its slot.
M2GRL_HOST_DEVICE inline void scatter_row(const warp& w, const link_batch& l, std::uint32_t batch,
                                          std::uint32_t slot_of_both) {
  const link_side& side = side_of(l, slot_of_both);
  const std::uint32_t slot = slot_within(l, slot_of_both);
  if (slice_of(l, batch).count == 0 || slot >= *side.row_count) return;
  const std::uint32_t id = side.rows[slot];
  w.each([&](std::uint32_t lane) {
    if (lane == 0) side.slot_of[id] = no_slot;
  });
  if (l.state->non_finite != 0) return;
  float* step = side.values + std::size_t{slot} * l.stride;
  const float factor = static_cast<float>(rate_of(l)) * step_factor(w, l, side, slot, id, step);
  for_columns(w, l.stride, [&](std::uint32_t, std::uint32_t c) {
    columns<lane_columns> x = load<lane_columns>(step + c);
    M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) x.v[j] *= factor;
    const auto rounding = static_cast<std::uint32_t>(l.round->round) * 0x9E3779B1u ^ batch * 0x85EBCA77u;
    add_part(side.table, id, c, x, {rounding ^ (id * l.stride + c)});
  });
}

}  // namespace m2grl::cuda
