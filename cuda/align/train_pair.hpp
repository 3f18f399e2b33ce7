#pragma once
/// Losses and gradients of a batch's pairs in the relation space: a warp trains a pair.

#include <cstdint>

#include "cuda/align/link_batch.hpp"
#include "cuda/align/link_rows.hpp"
#include "cuda/atomics.hpp"
#include "cuda/columns.hpp"
#include "cuda/warp.hpp"
#include "m2grl/kernel/logistic.hpp"
#include "m2grl/kernel/task_weights.hpp"

namespace m2grl::cuda {

/// One pair: a's projected row against 1 + K rows of b, at most `Columns` (8, 16 or 32), a lane for each.
template <std::uint32_t Columns>
class pair_trainer {
 public:
  M2GRL_HOST_DEVICE pair_trainer(const warp& w, const link_batch& l, std::uint32_t pair)
      : warp_(w), link_(l), columns_(1 + l.draws.negatives), partial_(pair % partial_sums) {
    find_slots(pair);
  }

  M2GRL_HOST_DEVICE void train() {
    if (!set_gradients(logits())) return;
    for (std::uint32_t c = 0; c < link_.relation_stride; c += warp_columns) add_gradients(c);
  }

 private:
  /// Slots of the pair's rows, and which columns count: a negative equal to the partner does not. Counts touches.
  M2GRL_HOST_DEVICE void find_slots(std::uint32_t pair) {
    const std::uint32_t* outputs = link_.outputs + std::size_t{pair} * columns_;
    const std::uint32_t partner = outputs[0];
    slot_a_ = link_.a.slot_of[link_.from[pair]];
    per_lane<std::uint32_t> slot;
    warp_.each([&](std::uint32_t lane) {
      used_[lane] = lane < columns_ && (lane == 0 || outputs[lane] != partner);
      slot[lane] = used_[lane] ? link_.b.slot_of[outputs[lane]] : 0;
      if (lane == 0) fetch_add(link_.a.touches + slot_a_, 1u);
      if (used_[lane]) fetch_add(link_.b.touches + slot[lane], 1u);
    });
    M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Columns; ++k) slot_b_[k] = warp_.value_of(slot, k);
  }

  [[nodiscard]] M2GRL_HOST_DEVICE std::size_t place(std::uint32_t slot, std::uint32_t column) const {
    return std::size_t{slot} * link_.relation_stride + column;
  }

  /// Lane k is left with the logit of column k.
  [[nodiscard]] M2GRL_HOST_DEVICE per_lane<float> logits() const {
    per_lane<float[Columns]> dots;
    warp_.each(
        [&](std::uint32_t lane) { M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Columns; ++k) dots[lane][k] = 0; });
    for_columns(warp_, link_.relation_stride, [&](std::uint32_t lane, std::uint32_t c) {
      const auto p = load<lane_columns>(link_.a.projected + place(slot_a_, c));
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Columns; ++k) {
        if (k >= columns_) continue;
        const auto q = load<lane_columns>(link_.b.projected + place(slot_b_[k], c));
        M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) dots[lane][k] += p.v[j] * q.v[j];
      }
    });
    return warp_.sums(dots);
  }

  /// Turns logits into y − σ(z), adds the pair's loss and the bias's gradient to the batch. False where a logit is not
  /// finite: the batch is then not written.
  M2GRL_HOST_DEVICE bool set_gradients(const per_lane<float>& logit) {
    const float bias = *link_.bias;
    per_lane<float> loss, gradient;
    per_lane<bool> faulty;
    warp_.each([&](std::uint32_t lane) {
      loss[lane] = gradient[lane] = 0;
      const float z = logit[lane] + bias;
      faulty[lane] = used_[lane] && !kernel::usable_logit(z);
      if (!used_[lane] || faulty[lane]) return;
      const kernel::logistic result = kernel::logistic_of(z, lane == 0);
      loss[lane] = result.loss;
      gradient[lane] = result.gradient;
    });
    const float pair_loss = warp_.sum(loss), bias_gradient = warp_.sum(gradient);
    const bool finite = !warp_.any(faulty);
    M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Columns; ++k) gradient_[k] = warp_.value_of(gradient, k);
    warp_.each([&](std::uint32_t lane) {
      if (lane != 0) return;
      fetch_add(link_.state->loss + partial_,
                static_cast<unsigned long long>(kernel::to_fixed_point(static_cast<double>(pair_loss))));
      if (finite) {
        fetch_add(link_.state->bias_gradient + partial_, static_cast<double>(bias_gradient));
      } else {
        link_.state->non_finite = 1;
      }
    });
    return finite;
  }

  /// Columns c … c + 127: Σ_k g_k · (row k of b) to the gradient of a's row, g_k · (a's row) to those of b's.
  M2GRL_HOST_DEVICE void add_gradients(std::uint32_t first) const {
    warp_.each([&](std::uint32_t lane) {
      const std::uint32_t c = first + lane_columns * lane;
      if (c >= link_.relation_stride) return;
      const auto p = load<lane_columns>(link_.a.projected + place(slot_a_, c));
      columns<lane_columns> sum{};
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Columns; ++k) {
        if (k >= columns_ || gradient_[k] == 0) continue;
        const auto q = load<lane_columns>(link_.b.projected + place(slot_b_[k], c));
        columns<lane_columns> part;
        M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < lane_columns; ++j) {
          sum.v[j] += gradient_[k] * q.v[j];
          part.v[j] = gradient_[k] * p.v[j];
        }
        add_to_table(link_.b.gradient + place(slot_b_[k], c), part);
      }
      add_to_table(link_.a.gradient + place(slot_a_, c), sum);
    });
  }

  const warp& warp_;
  const link_batch& link_;
  std::uint32_t columns_, partial_;
  std::uint32_t slot_a_;
  std::uint32_t slot_b_[Columns];
  float gradient_[Columns];
  per_lane<bool> used_;
};

/// Pair `pair` of the batch; nothing beyond its last.
template <std::uint32_t Columns>
M2GRL_HOST_DEVICE void train_pair(const warp& w, const link_batch& l, std::uint32_t batch, std::uint32_t pair) {
  if (pair >= slice_of(l, batch).count) return;
  pair_trainer<Columns>(w, l, pair).train();
}

}  // namespace m2grl::cuda
