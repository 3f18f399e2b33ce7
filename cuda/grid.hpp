#pragma once
/// Sizes of grids.

#include <cstdint>

namespace m2grl::cuda {

/// How many blocks of `per_block` take `items`.
[[nodiscard]] constexpr std::uint32_t blocks_for(std::uint32_t items, std::uint32_t per_block) {
  return (items + per_block - 1) / per_block;
}

}  // namespace m2grl::cuda
