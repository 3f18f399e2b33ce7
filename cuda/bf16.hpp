#pragma once
/// bf16 storage of table rows: the upper half of a float, 8 bits of it significant. Arithmetic is fp32.
///
/// A delta smaller than the grid's step would be lost to rounding, so w + δ is rounded stochastically to a neighbour w′
/// on the grid, and δ′ = w′ − w is added: exact while w stays within its binade, and right in expectation.

#include <cstdint>
#include <cstring>

#include "cuda/columns.hpp"
#include "m2grl/kernel/host_device.hpp"

#ifdef __CUDACC__
#include <cuda_bf16.h>
#endif

namespace m2grl::cuda {

struct bf16 {
  std::uint16_t bits;
};

[[nodiscard]] M2GRL_HOST_DEVICE inline std::uint32_t bits_of(float x) {
#ifdef __CUDA_ARCH__
  return __float_as_uint(x);
#else
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
#endif
}
[[nodiscard]] M2GRL_HOST_DEVICE inline float float_of(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __uint_as_float(bits);
#else
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
#endif
}

[[nodiscard]] M2GRL_HOST_DEVICE inline float to_float(bf16 x) { return float_of(std::uint32_t{x.bits} << 16); }

/// Rounds to the grid's nearest, ties to even. x is finite.
[[nodiscard]] M2GRL_HOST_DEVICE inline bf16 to_nearest(float x) {
  const std::uint32_t bits = bits_of(x);
  return {static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16)};
}
/// Rounds to a neighbour on the grid, away from 0 with the probability of x's place between the two. `random`: 16 bits.
[[nodiscard]] M2GRL_HOST_DEVICE inline bf16 to_random_neighbour(float x, std::uint32_t random) {
  return {static_cast<std::uint16_t>((bits_of(x) + (random & 0xFFFFu)) >> 16)};
}

/// The random bits of roundings: a counter through MurmurHash3's finaliser. Cheap, and good enough for a coin.
struct rounding_bits {
  std::uint32_t counter = 0;

  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t next() {
    std::uint32_t x = counter;
    counter += 0x9E3779B9u;
    x ^= x >> 16;
    x *= 0x85EBCA6Bu;
    x ^= x >> 13;
    x *= 0xC2B2AE35u;
    return x ^ (x >> 16);
  }
};

/// As the overload for fp32 rows: past the L1 cache.
template <std::uint32_t Count>
[[nodiscard]] M2GRL_HOST_DEVICE columns<Count> load_from_table(const bf16* place) {
  columns<Count> x;
#ifdef __CUDA_ARCH__
  if constexpr (Count == 4) {
    const uint2 packed = __ldcg(reinterpret_cast<const uint2*>(place));
    x.v[0] = float_of(packed.x << 16);
    x.v[1] = float_of(packed.x & 0xFFFF0000u);
    x.v[2] = float_of(packed.y << 16);
    x.v[3] = float_of(packed.y & 0xFFFF0000u);
  } else if constexpr (Count == 2) {
    const unsigned packed = __ldcg(reinterpret_cast<const unsigned*>(place));
    x.v[0] = float_of(packed << 16);
    x.v[1] = float_of(packed & 0xFFFF0000u);
  } else {
    x.v[0] = float_of(static_cast<std::uint32_t>(__ldcg(reinterpret_cast<const unsigned short*>(place))) << 16);
  }
#else
  for (std::uint32_t j = 0; j < Count; ++j) x.v[j] = to_float(place[j]);
#endif
  return x;
}

/// Adds values that lie on the grid, in L2.
template <std::uint32_t Count>
M2GRL_HOST_DEVICE void add_on_grid(bf16* place, const columns<Count>& x) {
#ifdef __CUDA_ARCH__
  std::uint32_t packed[(Count + 1) / 2];
  for (std::uint32_t j = 0; j < Count; j += 2) {
    const std::uint32_t upper = j + 1 < Count ? bits_of(x.v[j + 1]) & 0xFFFF0000u : 0u;
    packed[j / 2] = upper | (bits_of(x.v[j]) >> 16);
  }
#if __CUDA_ARCH__ >= 900
  if constexpr (Count == 4) {
    asm volatile("red.global.add.noftz.v2.bf16x2 [%0], {%1, %2};" ::"l"(place), "r"(packed[0]), "r"(packed[1])
                 : "memory");
  } else if constexpr (Count == 2) {
    asm volatile("red.global.add.noftz.bf16x2 [%0], %1;" ::"l"(place), "r"(packed[0]) : "memory");
  } else {
    const auto value = static_cast<unsigned short>(packed[0]);
    asm volatile("red.global.add.noftz.bf16 [%0], %1;" ::"l"(place), "h"(value) : "memory");
  }
#else  // older GPUs have no such reduction: CUDA's header loops until its exchange succeeds
  if constexpr (Count == 1) {
    atomicAdd(reinterpret_cast<__nv_bfloat16*>(place), __ushort_as_bfloat16(static_cast<unsigned short>(packed[0])));
  } else {
    for (std::uint32_t j = 0; j < Count; j += 2) {
      __nv_bfloat162 pair;
      memcpy(&pair, &packed[j / 2], sizeof(pair));
      atomicAdd(reinterpret_cast<__nv_bfloat162*>(place + j), pair);
    }
  }
#endif
#else
  for (std::uint32_t j = 0; j < Count; ++j) place[j] = to_nearest(to_float(place[j]) + x.v[j]);
#endif
}

/// Adds `delta` to a row that was `before` when it was read.
template <std::uint32_t Count>
M2GRL_HOST_DEVICE void add_to_table(bf16* place, const columns<Count>& before, const columns<Count>& delta,
                                    rounding_bits& random) {
  columns<Count> step;
  std::uint32_t bits = 0;
  for (std::uint32_t j = 0; j < Count; ++j) {
    bits = j % 2 == 0 ? random.next() : bits >> 16;
    const float after = to_float(to_random_neighbour(before.v[j] + delta.v[j], bits));
    step.v[j] = to_float(to_nearest(after - before.v[j]));  // exact within a binade
  }
  add_on_grid<Count>(place, step);
}
/// The same for fp32 rows, where nothing is rounded.
template <std::uint32_t Count>
M2GRL_HOST_DEVICE void add_to_table(float* place, const columns<Count>&, const columns<Count>& delta, rounding_bits&) {
  add_to_table<Count>(place, delta);
}

}  // namespace m2grl::cuda
