#pragma once
/// What GPUs there are. Includes nothing of CUDA.

#include <cstddef>
#include <cstdint>
#include <string>

namespace m2grl::cuda {

struct device_search {
  int count = 0;
  std::string reason;  ///< why there is none
};
[[nodiscard]] device_search find_devices();

/// Shared memory of one block of the current device, at most. Throws cuda_error.
[[nodiscard]] std::uint64_t block_shared_bytes();

/// What the current device has room for.
struct device_room {
  std::uint64_t free_bytes = 0;
  std::uint64_t block_shared_bytes = 0;
};
/// Throws cuda_error.
[[nodiscard]] device_room find_room();

/// Blocks of a kernel that the current device holds at once. Throws cuda_error.
[[nodiscard]] std::uint64_t resident_blocks(const void* kernel, unsigned block_threads, std::size_t shared_bytes);

}  // namespace m2grl::cuda
