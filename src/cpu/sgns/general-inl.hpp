/// Blocks of any number of outputs.
#if defined(M2GRL_CPU_SGNS_GENERAL_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_GENERAL_INL
#undef M2GRL_CPU_SGNS_GENERAL_INL
#else
#define M2GRL_CPU_SGNS_GENERAL_INL
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "cpu/sgns/fetches-inl.hpp"
#include "cpu/sgns/gradients-inl.hpp"
#include "cpu/sgns/rates-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

/// Mean square over dim of the gradient Σ_k g_k·rows[k].
HWY_INLINE float mean_square(const float* g, std::size_t step, float* const* rows, std::size_t count,
                             const sgns_block& b) {
  const tag d;
  vec sum = hn::Zero(d);
  for (std::size_t c = 0; c < b.stride; c += lanes) {
    vec gradient = hn::Zero(d);
    for (std::size_t k = 0; k < count; ++k) {
      gradient = hn::MulAdd(hn::Set(d, g[k * step]), hn::Load(d, rows[k] + c), gradient);
    }
    sum = hn::MulAdd(gradient, gradient, sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum)) / static_cast<float>(b.dim);
}

/// Each row's mean squared gradient of this centre.
HWY_INLINE void set_squares(const sgns_block& b, const float* HWY_RESTRICT g) {
  for (std::size_t i = 0; i < b.m; ++i) b.input_squares[i] = mean_square(g + i * b.n, 1, b.outputs, b.n, b);
  for (std::size_t k = 0; k < b.n; ++k) b.output_squares[k] = mean_square(g + k, b.n, b.inputs, b.m, b);
}

/// Update of one lane-wide column with a rate per row; `delta` and `before` are scratch of [n] vectors. A row may be
/// input and output at once: every value is read before any is written.
HWY_INLINE void update_column_any(const sgns_block& b, const float* HWY_RESTRICT g, const row_rates& rates,
                                  std::size_t c, float* HWY_RESTRICT delta, float* HWY_RESTRICT before) {
  const tag d;
  for (std::size_t k = 0; k < b.n; ++k) {
    vec sum = hn::Zero(d);
    for (std::size_t i = 0; i < b.m; ++i) {
      sum = hn::MulAdd(hn::Set(d, g[i * b.n + k]), hn::Load(d, b.inputs[i] + c), sum);
    }
    hn::Store(sum, d, delta + k * max_lanes);
    hn::Store(hn::Load(d, b.outputs[k] + c), d, before + k * max_lanes);
  }
  for (std::size_t i = 0; i < b.m; ++i) {
    vec sum = hn::Zero(d);
    for (std::size_t k = 0; k < b.n; ++k) {
      sum = hn::MulAdd(hn::Set(d, g[i * b.n + k]), hn::Load(d, before + k * max_lanes), sum);
    }
    const vec rate = hn::Set(d, rates.input[i]);
    hn::Store(hn::MulAdd(rate, sum, hn::Load(d, b.inputs[i] + c)), d, b.inputs[i] + c);
  }
  for (std::size_t k = 0; k < b.n; ++k) {
    const vec rate = hn::Set(d, rates.output[k]);
    float* place = b.outputs[k] + c;
    hn::Store(hn::MulAdd(rate, hn::Load(d, delta + k * max_lanes), hn::Load(d, place)), d, place);
  }
}

/// The general path: any number of outputs, a rate per row, AdaGrad's squares.
HWY_NOINLINE bool train_any(const sgns_block& b, loss_lanes& losses) {
  row_fetches(b, 1).next(0, b.stride);
  alignas(64) float z[max_inputs * max_columns + 2 * max_lanes];
  alignas(64) float sign[max_inputs * max_columns + 2 * max_lanes];
  for (std::size_t i = 0; i < b.m; ++i) {
    for (std::size_t k = 0; k < b.n; ++k) {
      z[i * b.n + k] = dot(b.inputs[i], b.outputs[k], b.stride);
      sign[i * b.n + k] = (b.masked >> k) & 1u ? 0.0f : k == 0 ? 1.0f : -1.0f;
    }
  }
  const std::size_t logits = std::size_t{b.m} * b.n;
  std::fill_n(sign + logits, max_lanes, 0.0f);
  std::fill_n(z + logits, max_lanes, 0.0f);
  if (!gradients(z, sign, logits, gradient_rule(1.0f, b.logit_limit), 0, losses)) return false;
  if (b.input_accumulated != nullptr) set_squares(b, z);
  row_rates rates;
  set_rates(b, rates);
  alignas(64) float delta[max_columns * max_lanes], before[max_columns * max_lanes];
  for (std::size_t c = 0; c < b.stride; c += lanes) update_column_any(b, z, rates, c, delta, before);
  return true;
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
