#pragma once
/// Grids of the alignment kernels. They depend on a batch's capacities alone.

#include <cstdint>

#include "cuda/align/link_batch.hpp"
#include "cuda/grid.hpp"
#include "cuda/warp.hpp"

namespace m2grl::cuda {

struct align_grid {
  std::uint32_t blocks, threads;
};

inline constexpr std::uint32_t align_warps = 8;  ///< of a block
inline constexpr std::uint32_t align_threads = align_warps * warp_lanes;
/// A lane draws a pair: small blocks reach more SMs.
inline constexpr std::uint32_t align_draw_threads = 2 * warp_lanes;

[[nodiscard]] inline align_grid draw_grid(const link_batch& l) {
  return {blocks_for(l.batch_pairs, align_draw_threads), align_draw_threads};
}
/// A warp for each row of both sides.
[[nodiscard]] inline align_grid row_grid(const link_batch& l) {
  return {blocks_for(l.a.capacity + l.b.capacity, align_warps), align_threads};
}
/// A warp for each pair.
[[nodiscard]] inline align_grid pair_grid(const link_batch& l) {
  return {blocks_for(l.batch_pairs, align_warps), align_threads};
}
/// A thread for each element of W.
[[nodiscard]] inline align_grid step_grid(const link_batch& l) {
  return {blocks_for(l.matrices * l.relation_stride * l.stride, align_threads), align_threads};
}

/// Calls f<Columns>() with the narrowest pair kernel that holds the partner and K negatives.
template <class Function>
void with_pair_columns(const link_batch& l, Function&& f) {
  const std::uint32_t columns = 1 + l.draws.negatives;
  if (columns <= 8) {
    f.template operator()<8>();
  } else if (columns <= 16) {
    f.template operator()<16>();
  } else {
    f.template operator()<32>();
  }
}

}  // namespace m2grl::cuda
