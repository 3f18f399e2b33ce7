#pragma once
/// A lane's share of a row: `Count` ∈ {1, 2, 4} neighbouring floats, moved by one instruction.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

#ifdef __CUDACC__
#include <cuda_runtime.h>
#endif

namespace m2grl::cuda {

template <std::uint32_t Count>
struct alignas(Count * sizeof(float)) columns {
  static_assert(Count == 1 || Count == 2 || Count == 4);
  float v[Count];
};

/// From and to memory that nobody else writes while this kernel runs.
template <std::uint32_t Count>
[[nodiscard]] M2GRL_HOST_DEVICE columns<Count> load(const float* place) {
#ifdef __CUDA_ARCH__
  return *reinterpret_cast<const columns<Count>*>(place);
#else
  columns<Count> x;
  for (std::uint32_t j = 0; j < Count; ++j) x.v[j] = place[j];
  return x;
#endif
}
template <std::uint32_t Count>
M2GRL_HOST_DEVICE void store(float* place, const columns<Count>& x) {
#ifdef __CUDA_ARCH__
  *reinterpret_cast<columns<Count>*>(place) = x;
#else
  for (std::uint32_t j = 0; j < Count; ++j) place[j] = x.v[j];
#endif
}

/// From a table. Bypasses the L1 cache, which sees nothing of the additions that other SMs make in L2.
template <std::uint32_t Count>
[[nodiscard]] M2GRL_HOST_DEVICE columns<Count> load_from_table(const float* place) {
#ifdef __CUDA_ARCH__
  if constexpr (Count == 4) {
    const float4 x = __ldcg(reinterpret_cast<const float4*>(place));
    return {{x.x, x.y, x.z, x.w}};
  } else if constexpr (Count == 2) {
    const float2 x = __ldcg(reinterpret_cast<const float2*>(place));
    return {{x.x, x.y}};
  } else {
    return {{__ldcg(place)}};
  }
#else
  return load<Count>(place);
#endif
}

/// Adds to a table that other warps add to at the same time: a reduction in L2, without a reply.
template <std::uint32_t Count>
M2GRL_HOST_DEVICE void add_to_table(float* place, const columns<Count>& x) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  if constexpr (Count == 4) {
    atomicAdd(reinterpret_cast<float4*>(place), make_float4(x.v[0], x.v[1], x.v[2], x.v[3]));
  } else if constexpr (Count == 2) {
    atomicAdd(reinterpret_cast<float2*>(place), make_float2(x.v[0], x.v[1]));
  } else {
    atomicAdd(place, x.v[0]);
  }
#elif defined(__CUDA_ARCH__)
  for (std::uint32_t j = 0; j < Count; ++j) atomicAdd(place + j, x.v[j]);
#else
  for (std::uint32_t j = 0; j < Count; ++j) place[j] += x.v[j];
#endif
}

}  // namespace m2grl::cuda
