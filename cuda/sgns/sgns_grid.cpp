#include <algorithm>

#include "cuda/runtime/check.hpp"
#include "cuda/runtime/devices.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/warp.hpp"

namespace m2grl::cuda {

sgns_grid plan_sgns_grid_of(const void* kernel, std::uint32_t columns, const kernel::sgns_options& options,
                            sgns_variant variant, std::uint64_t sequences) {
  const std::size_t most_shared = block_shared_bytes();
  const std::size_t of_a_warp = warp_layout::of(options, columns).bytes(variant.adagrad);
  sgns_grid grid{columns, variant, 0, most_warps_per_block, 0, 0};
  const bool on_chip = of_a_warp <= most_shared;
  while (on_chip && grid.warps_per_block * of_a_warp > most_shared) --grid.warps_per_block;
  grid.shared_bytes = on_chip ? grid.warps_per_block * of_a_warp : 0;
  // The most that there is, not what this grid takes: the limit is the kernel's, and other trainings launch it too.
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(most_shared)),
        "cudaFuncSetAttribute of the SGNS kernel's shared memory");
  std::uint64_t most_blocks = resident_blocks(kernel, grid.warps_per_block * warp_lanes, grid.shared_bytes);
  if (!on_chip) most_blocks = std::min<std::uint64_t>(most_blocks, most_off_chip_warps / most_warps_per_block);
  const std::uint64_t useful = (sequences / sequences_per_warp + grid.warps_per_block - 1) / grid.warps_per_block;
  grid.blocks = static_cast<std::uint32_t>(std::max<std::uint64_t>(std::min(useful, most_blocks), 1));
  if (sequences < 2 * sequences_per_warp) {  // a handful of sequences: one warp
    grid.warps_per_block = 1;
    if (on_chip) grid.shared_bytes = of_a_warp;
  }
  if (!on_chip) grid.off_chip_bytes = grid.warps() * of_a_warp;
  return grid;
}

}  // namespace m2grl::cuda
