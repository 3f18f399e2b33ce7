/// A loop of nothing but multiply-adds, whose rate is the ceiling of this SIMD target.
#if defined(M2GRL_CPU_SGNS_PEAK_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_PEAK_INL
#undef M2GRL_CPU_SGNS_PEAK_INL
#else
#define M2GRL_CPU_SGNS_PEAK_INL
#endif

#include <cstddef>
#include <cstdint>

#include "cpu/sgns/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

/// `steps` rounds of 16 independent chains of multiply-adds; returns a value that depends on all of them.
float fma_chains(std::uint64_t steps) {
  const tag d;
  constexpr std::size_t chains = 16;
  vec v[chains];
  for (std::size_t i = 0; i < chains; ++i) v[i] = hn::Set(d, 1.0f + static_cast<float>(i));
  const vec a = hn::Set(d, 0.999f), b = hn::Set(d, 0.001f);
  for (std::uint64_t s = 0; s < steps; ++s) {
    for (auto& x : v) x = hn::MulAdd(x, a, b);
  }
  for (std::size_t i = 1; i < chains; ++i) v[0] = hn::Add(v[0], v[i]);
  return hn::GetLane(hn::SumOfLanes(d, v[0]));
}

std::uint64_t fma_per_step() { return 16 * lanes; }

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
