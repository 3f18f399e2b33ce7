#pragma once
/// Launches of the walk kernel.

#include <cuda_runtime_api.h>

#include "cuda/walk/walk_body.hpp"

namespace m2grl::cuda {

/// Blocks that fill the current device, but no more than `capacity` walks can use.
[[nodiscard]] unsigned walk_grid(bool second_order, std::uint64_t capacity);
/// The same for a kernel by its address.
[[nodiscard]] unsigned walk_grid_of(const void* kernel, std::uint64_t capacity);
inline constexpr unsigned walk_threads = 256;  ///< of a block

/// Draws the walks of the slice and epoch that `task_state` and `round`, both in device memory, hold when the kernel
/// runs.
void launch_walks(const walk_task& task, const round_state* round, const task_round* task_state,
                  const walk_buffers& out, unsigned grid, cudaStream_t stream);

}  // namespace m2grl::cuda
