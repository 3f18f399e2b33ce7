#pragma once
/// AdaGrad on a GPU: one accumulator for each row, the mean square of its gradients.

#include <cstdint>

#include "cuda/sgns/output_stage.hpp"
#include "cuda/sgns/warp_logits.hpp"
#include "cuda/sgns/warp_ring.hpp"
#include "m2grl/kernel/logistic.hpp"

namespace m2grl::cuda {

/// The rates of one centre's rows, from parts of the vocabulary, whose gradients are there.
template <std::uint32_t Columns, class Element>
struct adagrad_rates {
  using rows = row_parts<Columns, Element>;
  using part = typename rows::part;

  const table_ref& outputs;
  const warp_logits<Columns, Element>& logits;
  const output_stage<Columns, Element>& stage;
  const warp_ring<Columns, true, Element>& ring;
  warp_arrays& arrays;
  warp lanes = {};

  /// The rate of every row of the centre, from its accumulator and the mean square of this gradient, which
  /// joins the accumulator. `rate` = ŵ_t · η, `mean` = 1/dim.
  M2GRL_HOST_DEVICE void set(const kernel::window_slots& window, const kernel::centre_plan& plan, float rate,
                             float mean) const {
    const std::uint32_t n = plan.count, m = window.count;
    lanes.map(m, [&](std::uint32_t i) { arrays.input_square[i] = 0; });
    lanes.map(n, [&](std::uint32_t k) { arrays.output_rate[k] = 0; });
    for (std::uint32_t p = 0; p < rows::panels; ++p) {
      stage.take(outputs, plan, p);
      for (std::uint32_t i = 0; i < m; ++i) {
        const float square = squared_sum(n, [&](std::uint32_t k, std::uint32_t lane, float& g) {
          g = logits.at(i, k);
          return stage.at(k, lane);
        });
        lanes.map(1, [&](std::uint32_t) { arrays.input_square[i] += square; });
      }
      for (std::uint32_t k = 0; k < n; ++k) {
        const float square = squared_sum(m, [&](std::uint32_t i, std::uint32_t lane, float& g) {
          g = logits.at(i, k);
          return ring.now(window, i, rows::column(p, lane));
        });
        lanes.map(1, [&](std::uint32_t) { arrays.output_rate[k] += square; });
      }
    }
    lanes.map(m, [&](std::uint32_t i) {
      const ring_copy& copy = ring.copy(window, i);
      arrays.input_rate[i] =
          rate * kernel::adagrad_factor(copy.accumulated + copy.added_square + mean * arrays.input_square[i]);
    });
    lanes.map(1, [&](std::uint32_t) {  // one lane: positions may share a copy
      for (std::uint32_t i = 0; i < m; ++i) {
        ring.copy(window, i).added_square += mean * arrays.input_square[i];
      }
    });
    per_lane<float> squares;
    lanes.each([&](std::uint32_t lane) {  // all are read before any is added to: outputs may be equal
      if (lane >= n) return;
      squares[lane] = mean * arrays.output_rate[lane];
      arrays.output_rate[lane] =
          rate * kernel::adagrad_factor(load_from_table<1>(outputs.squares + plan.outputs[lane]).v[0] + squares[lane]);
    });
    lanes.sync();
    lanes.each([&](std::uint32_t lane) {
      if (lane < n) add_to_table<1>(outputs.squares + plan.outputs[lane], {{squares[lane]}});
    });
    lanes.sync();
  }

 private:
  /// ‖Σ_k g_k·row_k‖² over the panel's columns.
  template <class Term>
  [[nodiscard]] M2GRL_HOST_DEVICE float squared_sum(std::uint32_t count, Term&& term) const {
    per_lane<float> square;
    lanes.each([&](std::uint32_t lane) {
      part sum{};
      for (std::uint32_t k = 0; k < count; ++k) {
        float g = 0;
        const part row = term(k, lane, g);
        for (std::uint32_t j = 0; j < rows::share; ++j) sum.v[j] += g * row.v[j];
      }
      square[lane] = 0;
      for (std::uint32_t j = 0; j < rows::share; ++j) square[lane] += sum.v[j] * sum.v[j];
    });
    return lanes.sum(square);
  }
};

}  // namespace m2grl::cuda
