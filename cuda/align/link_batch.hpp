#pragma once
/// One alignment task as its kernels see it, and what they share of a batch.
///
/// A batch passes through: draw_pairs (which rows it touches), gather_row, P = X Wᵀ, activate_row, train_pair (losses,
/// and gradients of P), backpropagate_row, dW = Gᵀ X, D = G W, scatter_row, step_relation. Rows of both sides lie one
/// side after the other in the same arrays, so that a W that both sides share takes one product for both.

#include <cstdint>

#include "cuda/round_state.hpp"
#include "cuda/table_ref.hpp"
#include "m2grl/kernel/adam.hpp"
#include "m2grl/kernel/link_draws.hpp"

namespace m2grl::cuda {

/// In link_side::slot_of: no pair of the batch touches this row; one does, and its slot is not known yet.
inline constexpr std::uint32_t no_slot = 0xFFFFFFFFu;
inline constexpr std::uint32_t slot_to_come = 0xFFFFFFFEu;

/// Sums of a batch are spread over this many places, or all its warps would wait for one.
inline constexpr std::uint32_t partial_sums = 64;

/// What the kernels of one batch add up; zero before its first.
struct batch_state {
  std::uint32_t rows_a, rows_b;           ///< unique rows of each side
  std::uint32_t non_finite;               ///< some logit was not finite: nothing of the batch is written
  unsigned long long loss[partial_sums];  ///< in kernel::loss_unit
  double bias_gradient[partial_sums];
};

/// One side of a link: a view's input table, and the rows of it that a batch touches.
struct link_side {
  table_ref table;
  kernel::adam_rows adam;              ///< or none: the rows move as the table's optimiser says
  std::uint32_t capacity = 0;          ///< of unique rows in a batch
  std::uint32_t* row_count = nullptr;  ///< unique rows of the batch in hand
  std::uint32_t* slot_of = nullptr;    ///< [nodes] no_slot between batches
  std::uint32_t* rows = nullptr;       ///< [capacity] their ids
  std::uint32_t* touches = nullptr;    ///< [capacity]
  float* values = nullptr;             ///< X [capacity, stride], zero beyond row_count; D once dW is known
  float* projected = nullptr;          ///< P [capacity, relation_stride]
  float* gradient = nullptr;           ///< G, of P, as above; zero beyond row_count
};

/// A kernel's argument: all that a batch reads and writes. Every pointer is to device memory.
struct link_batch {
  kernel::link_options draws;  ///< its epoch is that of `round`
  const round_state* round = nullptr;
  task_round* task = nullptr;
  double align_rate = 0, matrix_rate = 0;  ///< of the rows, relative to η; of W and b, relative to the rows'
  std::uint32_t batch_pairs = 0;           ///< pairs in a whole batch
  std::uint32_t pool_size = 0;
  projection_kind projection = projection_kind::identity;  ///< f
  bool learns_bias = false;
  std::uint32_t dim = 0, stride = 0;                    ///< of the tables
  std::uint32_t relation_dim = 0, relation_stride = 0;  ///< strides are padded with zeros to a multiple of 16
  link_side a, b;
  std::uint32_t* from = nullptr;     ///< [batch_pairs] nodes of view a
  std::uint32_t* outputs = nullptr;  ///< [batch_pairs, 1 + K] nodes of view b: the partner, then the negatives
  std::uint32_t matrices = 1;        ///< W: one that both sides share, or one each
  float* w = nullptr;                ///< [matrices, relation_stride, stride]
  float* w_delta = nullptr;          ///< as w
  float* bias = nullptr;             ///< [1]
  batch_state* state = nullptr;
};

/// The pairs of one batch: numbers first … first + count − 1 of the epoch.
struct batch_slice {
  std::uint64_t first;
  std::uint32_t count;
};

/// Batch number `batch` of the round's slice; empty beyond it.
M2GRL_HOST_DEVICE inline batch_slice slice_of(const link_batch& l, std::uint32_t batch) {
  const std::uint64_t begin = std::uint64_t{batch} * l.batch_pairs, count = l.task->slice.count;
  if (begin >= count) return {l.task->slice.first, 0};
  const std::uint64_t left = count - begin;
  return {l.task->slice.first + begin, left < l.batch_pairs ? static_cast<std::uint32_t>(left) : l.batch_pairs};
}

/// Batches of the round's slice that are not empty.
M2GRL_HOST_DEVICE inline std::uint32_t batches_of(const link_batch& l) {
  return static_cast<std::uint32_t>((l.task->slice.count + l.batch_pairs - 1) / l.batch_pairs);
}

/// η · align_rate · ŵ_t of the round in hand.
M2GRL_HOST_DEVICE inline double rate_of(const link_batch& l) {
  return static_cast<double>(l.round->learning_rate) * l.align_rate * l.task->weight;
}

/// Factor on the summed deltas of what `touches` pairs move at once (design: many workers, few rows).
M2GRL_HOST_DEVICE inline float touch_scale(std::uint32_t touches) {
  constexpr float capacity = 8;
  return touches <= 8 ? 1.0f : capacity / static_cast<float>(touches);
}

}  // namespace m2grl::cuda
