#pragma once
/// How a warp deals a table's row out to its lanes: panels of up to 128 columns, up to 4 neighbouring ones a lane.

#include <cstdint>

#include "cuda/bf16.hpp"
#include "cuda/columns.hpp"
#include "cuda/sgns/warp_memory.hpp"
#include "cuda/table_ref.hpp"
#include "cuda/warp.hpp"

namespace m2grl::cuda {

/// Rows of `Columns` places, of which a table's stride may be less. Element: of its rows, float or bf16.
template <std::uint32_t Columns, class Element>
class row_parts {
 public:
  static constexpr std::uint32_t panel = Columns < panel_columns ? Columns : panel_columns;
  static constexpr std::uint32_t panels = Columns / panel;
  static constexpr std::uint32_t share = panel / warp_lanes;  ///< columns of a lane in a panel
  using part = columns<share>;

  /// `rounding_seed`, of bf16 rows' roundings: one for each warp.
  M2GRL_HOST_DEVICE row_parts(const warp& w, std::uint32_t rounding_seed) {
    w.each([&](std::uint32_t lane) { rounding_[lane].counter = rounding_seed + (lane << 24); });
  }

  /// First column of a lane in panel p.
  [[nodiscard]] M2GRL_HOST_DEVICE static std::uint32_t column(std::uint32_t p, std::uint32_t lane) {
    return p * panel + lane * share;
  }
  [[nodiscard]] M2GRL_HOST_DEVICE static part load(const table_ref& t, std::uint32_t id, std::uint32_t at) {
    return at < t.stride ? load_from_table<share>(t.template row<Element>(id) + at) : part{};
  }
  /// `before`: the row's values as they were read.
  M2GRL_HOST_DEVICE void add(const table_ref& t, std::uint32_t id, std::uint32_t at, const part& before,
                             const part& delta, std::uint32_t lane) {
    if (at < t.stride) add_to_table<share>(t.template row<Element>(id) + at, before, delta, rounding_[lane]);
  }

  /// A row's lines travel to L2; a lane asks for every 32nd of them.
  M2GRL_HOST_DEVICE static void prefetch(const table_ref& t, std::uint32_t id) {
#ifdef __CUDA_ARCH__
    constexpr std::uint32_t line = 128 / sizeof(Element);
    const Element* row = t.template row<Element>(id);
    for (std::uint32_t at = threadIdx.x % warp_lanes * line; at < t.stride; at += line * warp_lanes) {
      asm volatile("prefetch.global.L2 [%0];" ::"l"(row + at));
    }
#else
    (void)t, (void)id;
#endif
  }

 private:
  per_lane<rounding_bits> rounding_;
};

}  // namespace m2grl::cuda
