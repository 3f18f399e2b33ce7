#pragma once
/// The ring of input rows that a warp keeps on chip, as they are and as they were loaded. A row that leaves adds the
/// difference to its table, so each is read and written once a visit; equal nodes in the ring share a copy.

#include <cstdint>

#include "cuda/sgns/row_parts.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"

namespace m2grl::cuda {

template <std::uint32_t Columns, bool Adagrad, class Element>
class warp_ring {
  using rows = row_parts<Columns, Element>;
  using part = typename rows::part;

 public:
  /// `memory` [2, ring_rows, Columns].
  M2GRL_HOST_DEVICE warp_ring(const warp& w, const table_ref& inputs, std::uint32_t ring_rows, warp_arrays& arrays,
                              float* memory)
      : warp_(w),
        inputs_(inputs),
        ring_rows_(ring_rows),
        arrays_(arrays),
        now_(memory),
        loaded_(memory + ring_rows * Columns) {
    warp_.map(ring_rows, [&](std::uint32_t c) { arrays_.copies[c].positions = 0; });
  }

  M2GRL_HOST_DEVICE void enter(std::uint32_t slot, std::uint32_t id) {
    std::uint32_t c = find_copy([&](const ring_copy& copy) { return copy.positions > 0 && copy.id == id; });
    if (c < ring_rows_) {
      ++shared_;
      warp_.map(1, [&](std::uint32_t) {
        ++arrays_.copies[c].positions;
        arrays_.copy_of[slot] = c;
      });
      return;
    }
    c = find_copy([](const ring_copy& copy) { return copy.positions == 0; });
    warp_.map(1, [&](std::uint32_t) {
      arrays_.copies[c] = {id, 1, Adagrad ? load_from_table<1>(inputs_.squares + id).v[0] : 0.0f, 0.0f};
      arrays_.copy_of[slot] = c;
    });
    for (std::uint32_t p = 0; p < rows::panels; ++p) {
      warp_.each([&](std::uint32_t lane) {
        const std::uint32_t at = rows::column(p, lane);
        place(now_, c, at) = place(loaded_, c, at) = rows::load(inputs_, id, at);
      });
    }
  }

  /// `access` adds to the table.
  M2GRL_HOST_DEVICE void leave(std::uint32_t slot, rows& access) {
    const std::uint32_t c = arrays_.copy_of[slot];
    const ring_copy copy = arrays_.copies[c];
    warp_.map(1, [&](std::uint32_t) { arrays_.copies[c].positions = copy.positions - 1; });
    if (copy.positions > 1) {
      --shared_;
      return;
    }
    const float factor = inputs_.factors != nullptr ? inputs_.factors[copy.id] : 1.0f;
    for (std::uint32_t p = 0; p < rows::panels; ++p) {
      warp_.each([&](std::uint32_t lane) {
        const std::uint32_t at = rows::column(p, lane);
        const part now = place(now_, c, at), before = place(loaded_, c, at);
        part delta;
        for (std::uint32_t j = 0; j < rows::share; ++j) delta.v[j] = factor * (now.v[j] - before.v[j]);
        access.add(inputs_, copy.id, at, before, delta, lane);
      });
    }
    if constexpr (Adagrad) {
      warp_.map(1, [&](std::uint32_t) { add_to_table<1>(inputs_.squares + copy.id, {{copy.added_square}}); });
    }
  }

  /// Whether some positions share a copy.
  [[nodiscard]] M2GRL_HOST_DEVICE bool shares_copies() const { return shared_ > 0; }

  /// The copy of a window's context i, and its columns from `at` on.
  [[nodiscard]] M2GRL_HOST_DEVICE ring_copy& copy(const kernel::window_slots& window, std::uint32_t i) const {
    return arrays_.copies[arrays_.copy_of[window.slot[i]]];
  }
  [[nodiscard]] M2GRL_HOST_DEVICE part& now(const kernel::window_slots& window, std::uint32_t i,
                                            std::uint32_t at) const {
    return place(now_, arrays_.copy_of[window.slot[i]], at);
  }

 private:
  [[nodiscard]] M2GRL_HOST_DEVICE static part& place(float* ring, std::uint32_t copy, std::uint32_t at) {
    return *reinterpret_cast<part*>(ring + copy * Columns + at);
  }

  /// The first ring copy that fits, or ring_rows.
  template <class Fits>
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t find_copy(Fits&& fits) const {
    per_lane<bool> found;
    for (std::uint32_t first = 0; first < ring_rows_; first += warp_lanes) {
      warp_.each(
          [&](std::uint32_t lane) { found[lane] = first + lane < ring_rows_ && fits(arrays_.copies[first + lane]); });
      const std::uint32_t lane = warp_.first(found);
      if (lane < warp_lanes) return first + lane;
    }
    return ring_rows_;
  }

  warp warp_;  // no reference to the vocabulary's: an object that points to itself stays in memory
  table_ref inputs_;
  std::uint32_t ring_rows_;
  warp_arrays& arrays_;
  float *now_, *loaded_;
  std::uint32_t shared_ = 0;  // positions beyond the first of each copy
};

}  // namespace m2grl::cuda
