#pragma once
/// How large a link's batches are, and which arrays they need: the same for the device's memory, for its plan, and for
/// tests that run the kernels' bodies on the host.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "cuda/align/link_batch.hpp"
#include "train/batch_size.hpp"
#include "train/problem.hpp"

namespace m2grl::cuda {

/// The part of a batch that is no pointer: options, rates and sizes. Batches are as large as the CPU's.
[[nodiscard]] inline link_batch link_shape(const problem& p, const link_task& task) {
  const std::uint64_t n_a = p.views[task.input.from].input.nodes, n_b = p.views[task.input.to].input.nodes;
  const batch_size size = batch_size_of(p, task);
  const std::uint64_t batch = size.pairs, pool = size.pool;
  link_batch l;
  l.draws = task.options(p.cfg, 0);
  l.align_rate = p.cfg.align_rate;
  l.matrix_rate = p.cfg.align_matrix_rate;
  l.batch_pairs = size.pairs;
  l.pool_size = size.pool;
  l.projection = task.input.options.projection;
  l.learns_bias = task.input.options.bias;
  l.dim = p.cfg.dim;
  l.stride = static_cast<std::uint32_t>(padded_dim(l.dim));
  l.relation_dim = task.relation_dim(p.cfg);
  l.relation_stride = static_cast<std::uint32_t>(padded_dim(l.relation_dim));
  l.a.capacity = static_cast<std::uint32_t>(std::min(batch, n_a));
  // A batch touches its partners, and at most the whole pool or all that its pairs pick from it.
  l.b.capacity =
      static_cast<std::uint32_t>(std::min(n_b, std::min(batch + pool, batch * (1 + std::uint64_t{p.cfg.negatives}))));
  l.matrices = task.input.options.shared ? 1 : 2;
  return l;
}

/// Calls take(pointer, count) for every array of the batch; take sets the pointer to an array of `count` values.
template <class Take>
void take_arrays(link_batch& l, std::size_t n_a, std::size_t n_b, Take&& take) {
  const std::size_t rows = std::size_t{l.a.capacity} + l.b.capacity;
  const std::size_t w = std::size_t{l.matrices} * l.relation_stride * l.stride;
  take(l.a.slot_of, n_a);
  take(l.b.slot_of, n_b);
  take(l.a.rows, l.a.capacity);
  take(l.b.rows, l.b.capacity);
  take(l.a.touches, l.a.capacity);
  take(l.b.touches, l.b.capacity);
  take(l.a.values, rows * l.stride);
  take(l.a.projected, rows * l.relation_stride);
  take(l.a.gradient, rows * l.relation_stride);
  take(l.from, l.batch_pairs);
  take(l.outputs, std::size_t{l.batch_pairs} * (1 + l.draws.negatives));
  take(l.w, w);
  take(l.w_delta, w);
  take(l.bias, 1);
  take(l.state, 1);
}

/// Each array begins at a multiple of this within the one allocation, as cudaMalloc's do.
inline constexpr std::size_t array_alignment = 256;
[[nodiscard]] constexpr std::size_t aligned_bytes(std::size_t bytes) {
  return (bytes + array_alignment - 1) / array_alignment * array_alignment;
}
/// Of all arrays together.
[[nodiscard]] inline std::size_t array_bytes(link_batch l, std::size_t n_a, std::size_t n_b) {
  std::size_t total = 0;
  take_arrays(l, n_a, n_b, [&](auto* values, std::size_t count) { total += aligned_bytes(count * sizeof(*values)); });
  return total;
}

/// Side b's part of the arrays that both sides share; where the unique rows are counted.
inline void join_sides(link_batch& l) {
  l.b.values = l.a.values + std::size_t{l.a.capacity} * l.stride;
  l.b.projected = l.a.projected + std::size_t{l.a.capacity} * l.relation_stride;
  l.b.gradient = l.a.gradient + std::size_t{l.a.capacity} * l.relation_stride;
  l.a.row_count = &l.state->rows_a;
  l.b.row_count = &l.state->rows_b;
}

/// What one W is multiplied with: both sides' rows where they share it, else one side's.
struct product_part {
  std::uint32_t rows;
  float *values, *projected, *gradient;  ///< X, P, G [rows, …]
  float *w, *w_delta;                    ///< [relation_stride, stride]
};
/// Part `m` of `l.matrices`.
[[nodiscard]] inline product_part part_of(const link_batch& l, std::uint32_t m) {
  const std::size_t matrix = std::size_t{l.relation_stride} * l.stride * m;
  const link_side& side = m == 0 ? l.a : l.b;
  const std::uint32_t rows = l.matrices == 1 ? l.a.capacity + l.b.capacity : side.capacity;
  return {rows, side.values, side.projected, side.gradient, l.w + matrix, l.w_delta + matrix};
}

}  // namespace m2grl::cuda
