#pragma once
/// Counters and claims that many lanes of a grid share. On the host one lane runs at a time, and they are plain.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::cuda {

/// Adds to *place; returns what it held before.
template <class T>
M2GRL_HOST_DEVICE T fetch_add(T* place, T value) {
#ifdef __CUDA_ARCH__
  return atomicAdd(place, value);
#else
  const T before = *place;
  *place = before + value;
  return before;
#endif
}

/// Puts the smaller of *place and `value` there.
M2GRL_HOST_DEVICE inline void lower_to(unsigned long long* place, unsigned long long value) {
#ifdef __CUDA_ARCH__
  atomicMin(place, value);
#else
  if (value < *place) *place = value;
#endif
}

/// Puts `claimed` where `open` is; true for the one lane of the grid that did so.
M2GRL_HOST_DEVICE inline bool claim(std::uint32_t* place, std::uint32_t open, std::uint32_t claimed) {
#ifdef __CUDA_ARCH__
  // A plain look spares the exchange where a row is claimed already, as hot rows are. It may see an old `open`, never
  // an old claim: no claim is given back while this kernel runs.
  if (__ldcg(place) != open) return false;
  return atomicCAS(place, open, claimed) == open;
#else
  if (*place != open) return false;
  *place = claimed;
  return true;
#endif
}

M2GRL_HOST_DEVICE inline void raise_flag(unsigned int* flag) {
#ifdef __CUDA_ARCH__
  atomicOr(flag, 1u);
#else
  *flag = 1;
#endif
}

/// What this lane wrote before is seen by the whole grid before what it writes after.
M2GRL_HOST_DEVICE inline void fence() {
#ifdef __CUDA_ARCH__
  __threadfence();
#endif
}

/// A sum that other lanes of the grid added to: from L2, where they did so.
M2GRL_HOST_DEVICE inline unsigned long long load_shared_sum(const unsigned long long* place) {
#ifdef __CUDA_ARCH__
  return __ldcg(place);
#else
  return *place;
#endif
}

}  // namespace m2grl::cuda
