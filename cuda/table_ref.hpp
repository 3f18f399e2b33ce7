#pragma once
/// One embedding table as the kernels see it.

#include <cstddef>
#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::cuda {

/// fp32 rows [rows, stride], zero beyond dim. `factors` of hot rows [rows], or null: 1; `squares`, AdaGrad's
/// accumulators [rows], or null.
struct table_ref {
  float* data = nullptr;
  std::size_t stride = 0;  ///< floats, a multiple of 16
  const float* factors = nullptr;
  float* squares = nullptr;

  [[nodiscard]] M2GRL_HOST_DEVICE float* row(std::uint32_t id) const { return data + id * stride; }
};

}  // namespace m2grl::cuda
