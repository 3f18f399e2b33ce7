// Compiled once per SIMD target by Highway's foreach_target, as sgns_block.cpp.
#include "search/rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "search/rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace m2grl::search::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using tag = hn::CappedTag<float, 16>;
using vec = hn::Vec<tag>;
using mask = hn::Mask<tag>;

template <bool Biased>
std::size_t collect(const float* scores, const float* bias, std::size_t count, float threshold, std::uint32_t* places) {
  constexpr std::size_t unrolled = 4;
  const tag d;
  const hn::RebindToUnsigned<tag> du;
  const std::size_t lanes = hn::Lanes(d);
  const vec least = hn::Set(d, threshold);
  const auto survives = [&](std::size_t p) HWY_ATTR {
    vec score = hn::LoadU(d, scores + p);
    if constexpr (Biased) score = hn::Add(score, hn::LoadU(d, bias + p));
    return hn::Not(hn::Le(score, least));  // true for NaN
  };
  std::size_t found = 0;
  const auto keep = [&](mask which, std::size_t p) HWY_ATTR {
    const auto at = hn::Iota(du, static_cast<std::uint32_t>(p));
    found += hn::CompressStore(at, hn::RebindMask(du, which), du, places + found);
  };
  std::size_t p = 0;
  for (; p + unrolled * lanes <= count; p += unrolled * lanes) {  // nearly always none of these survives
    const mask m0 = survives(p), m1 = survives(p + lanes), m2 = survives(p + 2 * lanes), m3 = survives(p + 3 * lanes);
    if (HWY_LIKELY(hn::AllFalse(d, hn::Or(hn::Or(m0, m1), hn::Or(m2, m3))))) continue;
    keep(m0, p), keep(m1, p + lanes), keep(m2, p + 2 * lanes), keep(m3, p + 3 * lanes);
  }
  for (; p < count; ++p) {
    const float score = Biased ? scores[p] + bias[p] : scores[p];
    if (!(score <= threshold)) places[found++] = static_cast<std::uint32_t>(p);
  }
  return found;
}

std::size_t survivors(const float* scores, const float* bias, std::size_t count, float threshold,
                      std::uint32_t* places) {
  return bias != nullptr ? collect<true>(scores, bias, count, threshold, places)
                         : collect<false>(scores, nullptr, count, threshold, places);
}

void squared_lengths(const float* rows, std::size_t count, std::size_t stride, float* squares) {
  const tag d;
  const std::size_t lanes = hn::Lanes(d);  // divides the stride
  for (std::size_t r = 0; r < count; ++r) {
    const float* row = rows + r * stride;
    vec sum = hn::Zero(d);
    for (std::size_t c = 0; c < stride; c += lanes) {
      const vec value = hn::Load(d, row + c);
      sum = hn::MulAdd(value, value, sum);
    }
    squares[r] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

void scale_row(const float* row, std::size_t stride, float factor, float* unit) {
  const tag d;
  const vec by = hn::Set(d, factor);
  for (std::size_t c = 0; c < stride; c += hn::Lanes(d)) hn::Store(hn::Mul(hn::Load(d, row + c), by), d, unit + c);
}

/// Σ f(a, b), four independent sums at a time.
template <class Function>
HWY_INLINE float summed(const void* left, const void* right, const void* floats, const Function& add) {
  const tag d;
  const auto* a = static_cast<const float*>(left);
  const auto* b = static_cast<const float*>(right);
  const std::size_t stride = *static_cast<const std::size_t*>(floats), lanes = hn::Lanes(d);
  vec s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  const auto at = [&](std::size_t c, vec sum) HWY_ATTR { return add(hn::LoadU(d, a + c), hn::LoadU(d, b + c), sum); };
  std::size_t c = 0;
  for (; c + 4 * lanes <= stride; c += 4 * lanes) {
    s0 = at(c, s0), s1 = at(c + lanes, s1), s2 = at(c + 2 * lanes, s2), s3 = at(c + 3 * lanes, s3);
  }
  for (; c < stride; c += lanes) s0 = at(c, s0);
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
}

float minus_product(const void* a, const void* b, const void* stride) {
  return -summed(a, b, stride, [](vec x, vec y, vec sum) HWY_ATTR { return hn::MulAdd(x, y, sum); });
}

float square_of_distance(const void* a, const void* b, const void* stride) {
  return summed(a, b, stride, [](vec x, vec y, vec sum) HWY_ATTR {
    const vec difference = hn::Sub(x, y);
    return hn::MulAdd(difference, difference, sum);
  });
}

row_distance distance_of(similarity by) { return by == similarity::l2 ? &square_of_distance : &minus_product; }

}  // namespace m2grl::search::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace m2grl::search {

HWY_EXPORT(survivors);
HWY_EXPORT(squared_lengths);
HWY_EXPORT(scale_row);
HWY_EXPORT(distance_of);

std::size_t survivors(const float* scores, const float* bias, std::size_t count, float threshold,
                      std::uint32_t* places) {
  return HWY_DYNAMIC_DISPATCH(survivors)(scores, bias, count, threshold, places);
}
void squared_lengths(const float* rows, std::size_t count, std::size_t stride, float* squares) {
  HWY_DYNAMIC_DISPATCH(squared_lengths)(rows, count, stride, squares);
}
void scale_row(const float* row, std::size_t stride, float factor, float* unit) {
  HWY_DYNAMIC_DISPATCH(scale_row)(row, stride, factor, unit);
}
row_distance distance_of(similarity by) { return HWY_DYNAMIC_DISPATCH(distance_of)(by); }

}  // namespace m2grl::search
#endif
