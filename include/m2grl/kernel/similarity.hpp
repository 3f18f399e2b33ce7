#pragma once
/// The score of two rows, the same to the last bit wherever it is computed.

#include <cmath>
#include <cstddef>
#include <limits>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl {

enum class similarity {
  inner_product,
  cosine,  ///< 0 where either row is zero
  l2,      ///< minus the squared Euclidean distance: the nearest has the highest score
};

namespace kernel {

/// Sixteen partial sums, as rows are padded to: independent of each other, so that they fill vectors.
struct partial_sums {
  double value[16] = {};

  /// A fixed tree.
  [[nodiscard]] M2GRL_HOST_DEVICE double total() {
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) value[i] += value[i + half];
    }
    return value[0];
  }
};

/// Σ a·b over [stride], a multiple of 16. The products of floats are exact in double.
[[nodiscard]] M2GRL_HOST_DEVICE inline double inner_product(const float* a, const float* b, std::size_t stride) {
  partial_sums sums;
  for (std::size_t c = 0; c < stride; c += 16) {
    M2GRL_DEVICE_UNROLL
    for (int i = 0; i < 16; ++i) sums.value[i] += static_cast<double>(a[c + i]) * static_cast<double>(b[c + i]);
  }
  return sums.total();
}

/// Σ (a − b)² over [stride], a multiple of 16.
[[nodiscard]] M2GRL_HOST_DEVICE inline double squared_distance(const float* a, const float* b, std::size_t stride) {
  partial_sums sums;
  for (std::size_t c = 0; c < stride; c += 16) {
    M2GRL_DEVICE_UNROLL
    for (int i = 0; i < 16; ++i) {
      const double difference = static_cast<double>(a[c + i]) - static_cast<double>(b[c + i]);
#ifdef __CUDA_ARCH__
      sums.value[i] = __dadd_rn(sums.value[i], __dmul_rn(difference, difference));  // as the host: not contracted
#else
      sums.value[i] += difference * difference;
#endif
    }
  }
  return sums.total();
}

/// Of a query row, whose inner product with itself is `query_squares`, and a candidate row.
[[nodiscard]] M2GRL_HOST_DEVICE inline float similarity_of(similarity by, const float* query, double query_squares,
                                                           const float* candidate, std::size_t stride) {
  if (by == similarity::l2) return static_cast<float>(-squared_distance(query, candidate, stride));
  const double product = inner_product(query, candidate, stride);
  if (by == similarity::inner_product || product == 0) return static_cast<float>(product);
  return static_cast<float>(product / std::sqrt(query_squares * inner_product(candidate, candidate, stride)));
}

/// What a sum of fp32 products q·c (for l2: q·c − |c|²/2, for cosine: of unit rows) must exceed for similarity_of() to
/// exceed `least`: lower than that by all that fp32 may have lost. NaN, which everything exceeds, where `least` is NaN
/// or the loss is not bounded. `longest`: no candidate is longer.
[[nodiscard]] M2GRL_HOST_DEVICE inline float product_threshold(similarity by, double query_squares, float longest,
                                                               std::size_t stride, float least) {
  double bound = static_cast<double>(least);
  if (by == similarity::l2) {
    bound = (bound + query_squares) / 2;  // −|q − c|² > least, where q·c − |c|²/2 > (least + |q|²) / 2
  } else if (query_squares == 0) {
    return least;  // every product is exactly 0
  }
  const double query = by == similarity::cosine ? 1 : std::sqrt(query_squares), candidate = longest;
  const double scale = by == similarity::l2 ? (query + candidate) * (query + candidate) : query * candidate;
  if (!(scale < 1e38)) return std::numeric_limits<float>::quiet_NaN();
  // A sum of n products in fp32 is off by at most n · 2⁻²⁴ · |q|·|c|, in whatever order it is summed, and by what
  // underflows; twice that, and some more for the rounding of lengths, unit rows, biases and of this threshold.
  constexpr double step = 1.0 / (1 << 23), smallest = 2 * static_cast<double>(std::numeric_limits<float>::min());
  const double loss = static_cast<double>(stride + 16) * (scale * step + smallest) + std::fabs(bound) * step;
  return static_cast<float>(bound - loss);
}

}  // namespace kernel
}  // namespace m2grl
