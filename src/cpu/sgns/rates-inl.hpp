/// The rate of every row of a block: hot-row factors and AdaGrad.
#if defined(M2GRL_CPU_SGNS_RATES_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_RATES_INL
#undef M2GRL_CPU_SGNS_RATES_INL
#else
#define M2GRL_CPU_SGNS_RATES_INL
#endif

#include <cstddef>

#include "cpu/sgns/gradients-inl.hpp"
#include "cpu/sgns_block.hpp"
#include "m2grl/kernel/logistic.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

struct row_rates {
  alignas(64) float input[max_inputs];
  alignas(64) float output[max_columns];
};

/// rate · factor / √(accumulated + square) of `count` rows; without factors, without AdaGrad where those are null.
HWY_INLINE void set_rates(float rate, const float* factors, const float* accumulated, const float* squares,
                          std::size_t count, float* HWY_RESTRICT rates) {
  const tag d;
  for (std::size_t i = 0; i < count; i += lanes) {
    vec v = hn::Set(d, rate);
    if (factors != nullptr) v = hn::Mul(v, hn::LoadU(d, factors + i));
    if (accumulated != nullptr) {
      const vec sum = hn::Add(hn::LoadU(d, accumulated + i), hn::LoadU(d, squares + i));
      v = hn::Div(v, hn::Sqrt(hn::Add(sum, hn::Set(d, kernel::adagrad_floor))));
    }
    hn::Store(v, d, rates + i);
  }
}

/// The rate of every row; AdaGrad's squares of this centre are in the block.
HWY_INLINE void set_rates(const sgns_block& b, row_rates& rates) {
  set_rates(b.rate, b.input_factors, b.input_accumulated, b.input_squares, b.m, rates.input);
  set_rates(b.rate, b.output_factors, b.output_accumulated, b.output_squares, b.n, rates.output);
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
