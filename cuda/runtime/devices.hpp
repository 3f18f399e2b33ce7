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

/// Bytes that are free on the current device. Throws cuda_error.
[[nodiscard]] std::uint64_t free_device_bytes();

}  // namespace m2grl::cuda
