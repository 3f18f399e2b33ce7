#pragma once
/// The innermost arithmetic of the CPU backend, dispatched at run time to the machine's SIMD.

#include <cmath>
#include <cstdint>
#include <utility>

#include "m2grl/kernel/logistic.hpp"

namespace m2grl::cpu {

/// One centre: m input rows (contexts) against n output rows (the centre in column 0, then negatives).
/// Rows are [stride] floats, zero beyond the table's dim. Duplicate rows are allowed and their deltas sum:
/// every value is read before any is written.
struct sgns_block {
  float* const* inputs = nullptr;   ///< [m]
  float* const* outputs = nullptr;  ///< [n]
  std::uint32_t m = 0;              ///< 1 … 32
  std::uint32_t n = 0;              ///< 2 … 32
  std::uint32_t masked = 0;         ///< bit k: column k has neither gradient nor loss
  std::uint32_t stride = 0;         ///< a multiple of 16
  std::uint32_t dim = 0;
  float rate = 0;                             ///< ŵ_t · η
  float logit_limit = kernel::largest_logit;  ///< kernel::sgns_options::logit_limit
  /// Values by row, of inputs and of outputs: arrays with room for the next multiple of 16 values, all readable.
  /// Factors on `rate`, for hot rows; null: 1.
  const float* input_factors = nullptr;
  const float* output_factors = nullptr;
  /// AdaGrad: each row's mean squared gradients accumulated so far, and where this centre's go; either all four or,
  /// for plain SGD, none.
  const float* input_accumulated = nullptr;
  const float* output_accumulated = nullptr;
  float* input_squares = nullptr;
  float* output_squares = nullptr;
  /// Rows of later blocks, fetched a few at a time between this one's products: all at once they would fill the
  /// core's miss buffers and stall it. [ahead]
  float* const* ahead_rows = nullptr;
  std::uint32_t ahead = 0;
};

/// Losses of many blocks without a logarithm each: Σ max(s, 0) and Π (1 + e^−|s|) by SIMD lane. Factors lie in
/// [1, 2], at most 48 a lane, so that the product over all lanes stays within double.
struct loss_lanes {
  alignas(64) float linear[16] = {};
  alignas(64) float product[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  std::uint32_t factors = 0;
  double closed = 0;

  void close();
  /// The loss since the last take().
  [[nodiscard]] double take() {
    close();
    return std::exchange(closed, 0.0);
  }
};

struct block_loss {
  float loss = 0;           ///< Σ over pairs of softplus(−z₊) + Σ_k softplus(z_k), each z held to ±logit_limit
  bool non_finite = false;  ///< some logit was not finite, or beyond ±1e5: then no row was written
};

/// Z = X Tᵀ, G = rate·(Y − σ(Z)) and 0 where |Z| ≥ logit_limit, X += G T, T += Gᵀ X(before), in one pass.
[[nodiscard]] block_loss train_block(const sgns_block& block);
/// The same, adding to `losses`. False where some logit was not finite, or beyond ±1e5.
[[nodiscard]] bool train_block(const sgns_block& block, loss_lanes& losses);

/// One linked pair in the relation space: p against n projected rows (the partner in column 0, then
/// negatives), with a bias. Adds Σ_k g_k·others[k] to p_gradient, g_k·p to each other_gradients[k], and
/// Σ g_k to bias_gradient, g = y − σ(z); all ascend the likelihood.
struct pair_block {
  const float* p = nullptr;
  float* p_gradient = nullptr;
  const float* const* others = nullptr;     ///< [n]
  float* const* other_gradients = nullptr;  ///< [n]
  std::uint32_t n = 0;                      ///< 2 … 32
  std::uint32_t masked = 0;
  std::uint32_t stride = 0;  ///< a multiple of 16
  float bias = 0;
  float* bias_gradient = nullptr;
};
[[nodiscard]] block_loss pair_gradients(const pair_block& block);

/// The SIMD target in use, as Highway names it ("AVX3", "AVX2", "EMU128" …).
[[nodiscard]] const char* simd_target();

/// Measured rate of one core's fused multiply-adds in this instruction set, FMA per second: the ceiling.
[[nodiscard]] double measure_fma_rate(double seconds);

}  // namespace m2grl::cpu
