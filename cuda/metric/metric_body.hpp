#pragma once
/// A mini-batch of the metric's training: the bodies of its kernels. The products between them are cuBLAS's.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "cuda/atomics.hpp"
#include "cuda/columns.hpp"
#include "cuda/warp.hpp"
#include "m2grl/kernel/adam.hpp"
#include "m2grl/types.hpp"
#include "metric/pair_term.hpp"

namespace m2grl::cuda {

/// All in device memory.
struct metric_batch {
  const float* x = nullptr;                  ///< [items, x_stride]
  const node_id* rows = nullptr;             ///< [row_count] items
  const metric::pair_term* terms = nullptr;  ///< [term_count]
  float* values = nullptr;                   ///< [row_count, x_stride] the rows of x
  const float* z = nullptr;                  ///< [row_count, z_stride] values Mᵀ
  float* dz = nullptr;                       ///< [row_count, z_stride] gradient of z
  double* loss = nullptr;                    ///< summed
  double margin = 0;
  std::uint32_t row_count = 0, term_count = 0, x_stride = 0, z_stride = 0, dim = 0;
};

/// A warp for each row: takes it from x, and clears its gradient.
M2GRL_HOST_DEVICE inline void gather_metric_row(const warp& w, const metric_batch& b, std::uint32_t row) {
  const float* from = b.x + std::size_t{b.rows[row]} * b.x_stride;
  float *to = b.values + std::size_t{row} * b.x_stride, *gradient = b.dz + std::size_t{row} * b.z_stride;
  w.map(b.x_stride, [&](std::uint32_t c) { to[c] = from[c]; });
  w.map(b.z_stride, [&](std::uint32_t c) { gradient[c] = 0; });
}

/// A warp for each term: its loss and gradient, as metric::contrastive().
M2GRL_HOST_DEVICE inline void part_metric_pair(const warp& w, const metric_batch& batch, std::uint32_t place) {
  const metric::pair_term term = batch.terms[place];
  const std::size_t at_a = std::size_t{term.a} * batch.z_stride, at_b = std::size_t{term.b} * batch.z_stride;
  const float *a = batch.z + at_a, *b = batch.z + at_b;
  per_lane<double> partial;
  w.each([&](std::uint32_t lane) {
    partial[lane] = 0;
    for (std::uint32_t c = lane; c < batch.dim; c += warp_lanes) {
      const double difference = static_cast<double>(a[c]) - static_cast<double>(b[c]);
      partial[lane] += difference * difference;
    }
  });
  const double squares = w.sum(partial), d = std::sqrt(squares);
  const double gap = batch.margin > d ? batch.margin - d : 0;
  const double loss = term.together ? squares : gap * gap;
  const double slope = term.together ? 2 : d > 0 ? -2 * gap / d : 0;
  w.each([&](std::uint32_t lane) {
    if (lane == 0 && loss != 0) fetch_add(batch.loss, loss);
    if (slope == 0) return;
    for (std::uint32_t c = lane; c < batch.dim; c += warp_lanes) {
      const float step = static_cast<float>(slope) * (a[c] - b[c]);
      add_to_table<1>(batch.dz + at_a + c, {{step}});
      add_to_table<1>(batch.dz + at_b + c, {{-step}});
    }
  });
}

/// M and Adam's moments, [elements] each.
struct metric_matrix {
  float* m = nullptr;
  float* means = nullptr;
  float* squares = nullptr;
  const float* gradient = nullptr;
  std::uint32_t elements = 0;
};

/// A thread for each element of M.
M2GRL_HOST_DEVICE inline void move_metric_element(const metric_matrix& t, std::uint32_t i, float rate,
                                                  kernel::adam_correction undo) {
  t.m[i] -= rate * kernel::adam_direction(t.gradient[i], t.means[i], t.squares[i], undo);
}

}  // namespace m2grl::cuda
