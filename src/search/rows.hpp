#pragma once
/// SIMD passes over rows of scores and of vectors, for the best instruction set of this machine.

#include <cstddef>
#include <cstdint>

namespace m2grl::search {

/// survivors() writes up to so many places beyond those it returns.
inline constexpr std::size_t spare_places = 64;

/// Places p of [count] with not(scores[p] + bias[p] ≤ threshold), ascending: NaN scores among them, all of them for a
/// NaN threshold. bias: null for zeros. places: room for count + spare_places.
[[nodiscard]] std::size_t survivors(const float* scores, const float* bias, std::size_t count, float threshold,
                                    std::uint32_t* places);

/// Squared lengths of rows, [count]; a row has `stride` floats, a multiple of 16. In fp32: within stride · 2⁻²⁴ of the
/// value, infinite beyond fp32's range.
void squared_lengths(const float* rows, std::size_t count, std::size_t stride, float* squares);

/// unit = row · factor over [stride].
void scale_row(const float* row, std::size_t stride, float factor, float* unit);

}  // namespace m2grl::search
