#pragma once
/// What GPUs there are. Includes nothing of CUDA.

#include <string>

namespace m2grl::cuda {

struct device_search {
  int count = 0;
  std::string reason;  ///< why there is none
};
[[nodiscard]] device_search find_devices();

}  // namespace m2grl::cuda
