#pragma once
/// What GPUs there are. Includes nothing of CUDA.

#include <cstdint>
#include <string>

namespace m2grl::cuda {

struct device_search {
  int count = 0;
  std::string reason;  ///< why there is none
};
[[nodiscard]] device_search find_devices();

/// What the current device has room for.
struct device_room {
  std::uint64_t free_bytes = 0;
  std::uint64_t block_shared_bytes = 0;  ///< shared memory of one block, at most
};
/// Throws cuda_error.
[[nodiscard]] device_room find_room();

}  // namespace m2grl::cuda
