#pragma once
/// Where memory lies and how much of it the libraries want; for code that plans without a device.

#include <cstddef>
#include <cstdint>

namespace m2grl::cuda {

/// Both can be read by kernels; pinned host memory through the bus.
enum class memory_place : std::uint8_t { device, pinned_host };

inline constexpr std::size_t blas_workspace_bytes = std::size_t{32} << 20;  ///< what cuBLAS advises for Hopper

}  // namespace m2grl::cuda
