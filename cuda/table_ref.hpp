#pragma once
/// One embedding table as the kernels see it.

#include <cstddef>
#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::cuda {

/// Rows [rows, stride] of float or bf16, zero beyond dim. `factors` of hot rows [rows], or null: 1; `squares`,
/// AdaGrad's accumulators [rows], or null.
struct table_ref {
  void* data = nullptr;
  std::size_t stride = 0;  ///< values, a multiple of 16
  const float* factors = nullptr;
  float* squares = nullptr;
  bool bf16_rows = false;

  template <class Element>
  [[nodiscard]] M2GRL_HOST_DEVICE Element* row(std::uint32_t id) const {
    return static_cast<Element*>(data) + id * stride;
  }
};

}  // namespace m2grl::cuda
