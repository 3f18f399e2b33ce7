#pragma once
/// What the device's memory can do at best: the ceilings of the GPU benches. All work is enqueued on `stream`.

#include <cuda_runtime_api.h>

#include <cstdint>

namespace m2grl::bench {

/// Values uniform in ±scale/2, by their place.
void launch_fill(float* values, std::uint64_t count, float scale, cudaStream_t stream);
/// Copies `count` floats, 16 bytes a thread.
void launch_copy(const float* from, float* to, std::uint64_t count, cudaStream_t stream);
/// A warp for each of `count` ids: reads its row of 128 floats, past the L1 cache. `sink` [warps of the grid].
void launch_gather(const float* rows, const std::uint32_t* ids, std::uint64_t count, float* sink, cudaStream_t stream);
/// The same, and adds `step` to every value by vector reductions: what SGNS does to a row, without arithmetic.
void launch_gather_add(float* rows, const std::uint32_t* ids, std::uint64_t count, float step, cudaStream_t stream);

}  // namespace m2grl::bench
