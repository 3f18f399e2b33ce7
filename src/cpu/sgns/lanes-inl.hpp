/// The vectors of one SIMD target, and sums over their lanes.
#if defined(M2GRL_CPU_SGNS_LANES_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_LANES_INL
#undef M2GRL_CPU_SGNS_LANES_INL
#else
#define M2GRL_CPU_SGNS_LANES_INL
#endif

#include <hwy/highway.h>

#include <cstddef>

// Small arrays of vectors stay in registers only where every loop over them is unrolled. Under a sanitizer, which
// checks each of their elements, that would double a minute of compilation and gain nothing.
#ifndef M2GRL_UNROLL
#ifdef M2GRL_ASAN
#define M2GRL_UNROLL
#else
#define M2GRL_UNROLL HWY_PRAGMA(GCC unroll 32)
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t max_lanes = 16;  // rows are padded to this many floats

using tag = hn::CappedTag<float, max_lanes>;
using vec = hn::Vec<tag>;
constexpr std::size_t lanes = hn::MaxLanes(tag());  // exact on x86-64 and NEON, the targets built here

/// The sum of four 4-lane blocks, place by place: of a group of four vectors one vector whose block j holds the
/// vectors' partial sums over their block j. Shuffles within blocks only, which cost a cycle or less.
HWY_INLINE vec sum_within_blocks(vec v0, vec v1, vec v2, vec v3) {
#if HWY_TARGET == HWY_SCALAR
  (void)v1, (void)v2, (void)v3;
  return v0;
#else
  const tag d;
  const hn::Repartition<std::uint64_t, tag> d64;
  const vec low = hn::Add(hn::InterleaveLower(d, v0, v1), hn::InterleaveUpper(d, v0, v1));
  const vec high = hn::Add(hn::InterleaveLower(d, v2, v3), hn::InterleaveUpper(d, v2, v3));
  const auto a = hn::BitCast(d64, low), b = hn::BitCast(d64, high);
  return hn::Add(hn::BitCast(d, hn::InterleaveLower(d64, a, b)), hn::BitCast(d, hn::InterleaveUpper(d64, a, b)));
#endif
}

/// Reduces `Count` ≤ 16 vectors to their sums, packed in order into ⌈Count / lanes⌉ vectors; lanes without a sum
/// are 0.
template <std::size_t Count>
HWY_INLINE void pack_sums(const vec (&v)[Count], vec* out) {
  const tag d;
  if constexpr (lanes == 1) {
    M2GRL_UNROLL for (std::size_t i = 0; i < Count; ++i) out[i] = v[i];
  } else {
    vec group[4];
    M2GRL_UNROLL for (std::size_t g = 0; g < 4; ++g) {
      vec of[4];
      M2GRL_UNROLL for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t i = 4 * g + j;
        of[j] = i < Count ? v[i < Count ? i : 0] : hn::Zero(d);
      }
      group[g] = 4 * g < Count ? sum_within_blocks(of[0], of[1], of[2], of[3]) : hn::Zero(d);
    }
#if HWY_TARGET != HWY_SCALAR
    const auto join_halves = [](vec a, vec b) HWY_ATTR {  // [a's lower + upper half, b's]
      return hn::Add(hn::ConcatLowerLower(tag(), b, a), hn::ConcatUpperUpper(tag(), b, a));
    };
    if constexpr (lanes == 4) {
      M2GRL_UNROLL for (std::size_t g = 0; 4 * g < Count; ++g) out[g] = group[g];
    } else if constexpr (lanes == 8) {
      out[0] = join_halves(group[0], group[1]);
      if constexpr (Count > 8) out[1] = join_halves(group[2], group[3]);
    } else {
      const vec even = join_halves(group[0], group[2]), odd = join_halves(group[1], group[3]);
      out[0] =
          hn::OddEvenBlocks(hn::Add(odd, hn::SwapAdjacentBlocks(odd)), hn::Add(even, hn::SwapAdjacentBlocks(even)));
    }
#endif
  }
}

HWY_INLINE float dot(const float* a, const float* b, std::size_t stride) {
  const tag d;
  vec sum = hn::Zero(d);
  for (std::size_t c = 0; c < stride; c += lanes) sum = hn::MulAdd(hn::Load(d, a + c), hn::Load(d, b + c), sum);
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
