#pragma once
/// What the device's memory can do at best: the ceilings of the GPU benches. All work is enqueued on `stream`.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/bf16.hpp"

namespace m2grl::bench {

inline constexpr std::uint32_t ceiling_row = 128;  ///< values in a row that the ceilings gather

/// Values uniform in ±scale/2, by their place.
void launch_fill(float* values, std::uint64_t count, float scale, cudaStream_t stream);
void launch_fill(cuda::bf16* values, std::uint64_t count, float scale, cudaStream_t stream);
/// Copies `count` floats, 16 bytes a thread.
void launch_copy(const float* from, float* to, std::uint64_t count, cudaStream_t stream);
/// A warp for each of `count` ids: reads its row of 128 values, past the L1 cache. `sink` [1] stays as it is.
void launch_gather(const float* rows, const std::uint32_t* ids, std::uint64_t count, float* sink, cudaStream_t stream);
/// The same, and adds `step` to every value by vector reductions: what SGNS does to a row, without arithmetic. bf16
/// rows are rounded as SGNS rounds them.
void launch_gather_add(float* rows, const std::uint32_t* ids, std::uint64_t count, float step, cudaStream_t stream);
void launch_gather_add(cuda::bf16* rows, const std::uint32_t* ids, std::uint64_t count, float step,
                       cudaStream_t stream);

inline constexpr std::uint32_t sector_words = 8;  ///< of 32 bytes, what memory moves at least
/// The first word of each of `count` sectors becomes the number of another: a random permutation of them.
void launch_fill_chain(std::uint32_t* sectors, std::uint32_t count, cudaStream_t stream);
/// Threads that fill the device follow the chain, `steps` dependent reads each, a sector a read. `sink` [1] stays as it
/// is. Returns how many reads that are.
std::uint64_t launch_follow_chain(const std::uint32_t* sectors, std::uint32_t count, std::uint32_t steps,
                                  std::uint32_t* sink, cudaStream_t stream);

}  // namespace m2grl::bench
