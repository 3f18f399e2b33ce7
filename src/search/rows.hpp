#pragma once
/// SIMD passes over rows of scores and of vectors, for the best instruction set of this machine.

#include <cstddef>
#include <cstdint>

#include "m2grl/kernel/similarity.hpp"

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

/// Distance in fp32 of two rows, not aligned; `stride` points to the std::size_t of their floats.
using row_distance = float (*)(const void* a, const void* b, const void* stride);
/// Minus the inner product, for cosine as well (of unit rows); the squared distance for l2.
[[nodiscard]] row_distance distance_of(similarity by);

}  // namespace m2grl::search
