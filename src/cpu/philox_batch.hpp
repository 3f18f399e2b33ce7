#pragma once
/// Blocks of a random stream drawn side by side in SIMD lanes: the same values as kernel::philox4x32, in a tenth of
/// its instructions.

#include <cstdint>

#include "m2grl/kernel/philox.hpp"

namespace m2grl::cpu {

inline constexpr std::uint32_t philox_batch = 16;  ///< blocks; fewer cost as much

/// out[i] = stream.block(first + i) for i < n; `out` has room for n rounded up to a multiple of philox_batch.
void philox_blocks(const kernel::random_stream& stream, std::uint32_t first, std::uint32_t n,
                   kernel::philox_block* out);

}  // namespace m2grl::cpu
