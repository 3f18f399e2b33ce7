#pragma once
/// Output rows of a centre that wait in shared memory while one of their panels trains.

#include <cstdint>

#include "cuda/sgns/row_parts.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"

namespace m2grl::cuda {

template <std::uint32_t Columns, class Element>
class output_stage {
  using rows = row_parts<Columns, Element>;
  using part = typename rows::part;

 public:
  /// `memory` [outputs, panel].
  M2GRL_HOST_DEVICE output_stage(const warp& w, float* memory) : warp_(w), memory_(memory) {}

  /// A lane's columns of output k.
  [[nodiscard]] M2GRL_HOST_DEVICE part& at(std::uint32_t k, std::uint32_t lane) const {
    return *reinterpret_cast<part*>(memory_ + k * rows::panel + lane * rows::share);
  }
  /// Reads panel p of the centre's rows.
  M2GRL_HOST_DEVICE void take(const table_ref& outputs, const kernel::centre_plan& plan, std::uint32_t p) const {
    for (std::uint32_t k = 0; k < plan.count; ++k) {
      warp_.each(
          [&](std::uint32_t lane) { at(k, lane) = rows::load(outputs, plan.outputs[k], rows::column(p, lane)); });
    }
  }
  /// Outputs first … of the n that were taken, into registers; zero beyond them.
  M2GRL_HOST_DEVICE void load_tile(std::uint32_t n, std::uint32_t first, per_lane<part[tile_outputs]>& t) const {
    warp_.each([&](std::uint32_t lane) {
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < tile_outputs; ++k) {
        t[lane][k] = first + k < n ? at(first + k, lane) : part{};
      }
    });
  }

 private:
  warp warp_;  // see warp_ring
  float* memory_;
};

}  // namespace m2grl::cuda
