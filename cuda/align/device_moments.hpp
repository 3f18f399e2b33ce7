#pragma once
/// Lazy Adam's moments of a view's input table, on the device.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cuda/runtime/memory.hpp"
#include "m2grl/kernel/adam.hpp"
#include "train/state_part.hpp"

namespace m2grl::cuda {

class device_moments {
 public:
  device_moments() = default;
  /// All zero when the constructor returns. Throws out_of_memory.
  device_moments(std::size_t rows, std::size_t stride) : means_(rows * stride), squares_(rows * stride), steps_(rows) {
    means_.zero(cudaStreamLegacy);
    squares_.zero(cudaStreamLegacy);
    steps_.zero(cudaStreamLegacy);
    check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
  }
  [[nodiscard]] kernel::adam_rows ref() noexcept { return {means_.data(), squares_.data(), steps_.data()}; }
  [[nodiscard]] std::vector<state_part> state(std::size_t view) {
    if (steps_.empty()) return {};
    const std::string name = "view." + std::to_string(view);
    return {{name + ".adam_means", means_.data(), means_.bytes()},
            {name + ".adam_squares", squares_.data(), squares_.bytes()},
            {name + ".adam_steps", steps_.data(), steps_.bytes()}};
  }

 private:
  device_array<float> means_, squares_;
  device_array<std::uint32_t> steps_;
};

}  // namespace m2grl::cuda
