#pragma once
/// A centre's logits, one for each context and output: they become gradients where they lie, and losses add up.

#include <cstdint>

#include "cuda/sgns/row_parts.hpp"
#include "m2grl/kernel/logistic.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"
#include "m2grl/kernel/task_weights.hpp"

namespace m2grl::cuda {

template <std::uint32_t Columns, class Element>
class warp_logits {
  using rows = row_parts<Columns, Element>;
  using part = typename rows::part;
  static constexpr std::uint32_t share = rows::share;

 public:
  /// `memory` [contexts, logit_stride] of the layout.
  M2GRL_HOST_DEVICE warp_logits(const warp& w, const warp_layout& layout, float* memory)
      : warp_(w), memory_(memory), stride_(layout.logit_stride()) {
    warp_.each([&](std::uint32_t lane) { loss_[lane] = 0; });
    // Places of a tile beyond the outputs there are stay zero, so that gradients can be read by whole vectors.
    warp_.map(layout.contexts * stride_, [&](std::uint32_t i) { memory_[i] = 0; });
  }

  /// The logit, or after gradients() the gradient, of a context and an output.
  [[nodiscard]] M2GRL_HOST_DEVICE float& at(std::uint32_t context, std::uint32_t output) const {
    return memory_[context * stride_ + output];
  }

  /// Logits of the window against outputs first … first + Outputs − 1, summed over panels p = 0, 1, … : as many rows
  /// at a time as 32 sums hold.
  template <std::uint32_t Outputs, class Ring>
  M2GRL_HOST_DEVICE void add(const Ring& ring, const kernel::window_slots& window, std::uint32_t n, std::uint32_t first,
                             std::uint32_t p, const per_lane<part[Outputs]>& t) const {
    constexpr std::uint32_t at_once = warp_lanes / Outputs;
    for (std::uint32_t i = 0; i < window.count; i += at_once) {
      per_lane<float[warp_lanes]> partial;
      warp_.each([&](std::uint32_t lane) {
        M2GRL_DEVICE_UNROLL for (std::uint32_t r = 0; r < at_once; ++r) {
          const part x = i + r < window.count ? ring.now(window, i + r, rows::column(p, lane)) : part{};
          M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
            float dot = 0;
            M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) dot += x.v[j] * t[lane][k].v[j];
            partial[lane][r * Outputs + k] = dot;
          }
        }
        M2GRL_DEVICE_UNROLL for (std::uint32_t v = at_once * Outputs; v < warp_lanes; ++v) partial[lane][v] = 0;
      });
      const per_lane<float> sums = warp_.sums(partial);
      warp_.each([&](std::uint32_t lane) {
        const std::uint32_t r = lane / Outputs, k = lane % Outputs;
        if (r >= at_once || i + r >= window.count || first + k >= n) return;
        float& z = at(i + r, first + k);
        z = p == 0 ? sums[lane] : z + sums[lane];
      });
    }
  }

  /// Logits to gradients scale·(y − σ(z)), 0 beyond ±limit, and their losses. False where one is not finite: then
  /// nothing is written.
  M2GRL_HOST_DEVICE bool gradients(std::uint32_t m, const kernel::centre_plan& plan, float scale, float limit) {
    warp_.sync();
    per_lane<bool> faulty;
    const std::uint32_t n = plan.count, masked = plan.masked;
    per_lane<float> losses;
    warp_.each([&](std::uint32_t lane) {
      faulty[lane] = false;
      losses[lane] = 0;
      for (std::uint32_t i = lane; i < m * n; i += warp_lanes) {
        const std::uint32_t k = i % n;
        float& z = at(i / n, k);
        float gradient = 0;
        if (((masked >> k) & 1u) == 0) {
          const kernel::logistic result = kernel::logistic_within(z, k == 0, limit);
          if (!kernel::usable_logit(z)) faulty[lane] = true;
          losses[lane] += result.loss;
          gradient = scale * result.gradient;
        }
        z = gradient;
      }
    });
    warp_.sync();
    if (warp_.any(faulty)) {
      non_finite_ = true;
      return false;
    }
    warp_.each([&](std::uint32_t lane) { loss_[lane] += kernel::to_fixed_point(static_cast<double>(losses[lane])); });
    return true;
  }

  /// Of context i, by vectors; zero beyond the outputs that there are.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void load_gradients(std::uint32_t i, float (&g)[tile_outputs]) const {
    const columns<4> low = load<4>(&at(i, 0));
    M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < 4; ++k) g[k] = low.v[k];
    constexpr std::uint32_t rest_of_tile = Outputs <= 6 ? 2 : 4;
    const columns<rest_of_tile> high = load<rest_of_tile>(&at(i, 4));
    M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < rest_of_tile; ++k) g[4 + k] = high.v[k];
  }

  /// Losses of all centres so far.
  [[nodiscard]] M2GRL_HOST_DEVICE kernel::loss_tally tally() const {
    kernel::loss_tally result;
    result.loss = warp_.sum(loss_);
    result.non_finite = non_finite_;
    return result;
  }

 private:
  warp warp_;  // see warp_ring
  float* memory_;
  std::uint32_t stride_;
  per_lane<std::int64_t> loss_;  // in kernel::loss_unit
  bool non_finite_ = false;
};

}  // namespace m2grl::cuda
