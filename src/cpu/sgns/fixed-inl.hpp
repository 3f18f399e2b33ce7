/// Blocks of few outputs, whose values stay in registers.
#if defined(M2GRL_CPU_SGNS_FIXED_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_FIXED_INL
#undef M2GRL_CPU_SGNS_FIXED_INL
#else
#define M2GRL_CPU_SGNS_FIXED_INL
#endif

#include <cstddef>
#include <cstdint>

#include "cpu/sgns/fixed_adagrad-inl.hpp"
#include "cpu/sgns/fixed_logits-inl.hpp"
#include "cpu/sgns/fixed_update-inl.hpp"
#include "cpu/sgns/rates-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

constexpr std::uint32_t most_fixed = 8;  // outputs of a block that the registers hold

/// Plain SGD: one rate for every row.
template <std::size_t N>
HWY_INLINE bool train_plain(const sgns_block& b, loss_lanes& losses) {
  alignas(64) float g[gradient_places];
  if (!block_gradients<N>(b, b.rate, g, losses)) return false;
  const float* HWY_RESTRICT weights = in_register(g);
  update<N>(b, weights, weights);
  return true;
}

/// Gradients scaled by the rates of the output rows and by those of the input rows.
template <std::size_t N>
HWY_INLINE void scale_gradients(const sgns_block& b, const row_rates& rates, float* HWY_RESTRICT g,
                                float* HWY_RESTRICT to_inputs) {
  const tag d;
  alignas(64) float output[max_lanes];
  for (std::size_t i = 0; i < max_lanes; ++i) output[i] = rates.output[i % N];
  for (std::size_t i = 0; i < b.m; i += 2, g += max_lanes, to_inputs += max_lanes) {
    const vec first = hn::Set(d, rates.input[i]), second = hn::Set(d, rates.input[i + 1]);
    M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) {
      const auto of_first = hn::FirstN(d, v * lanes < N ? N - v * lanes : 0);
      const vec gradient = hn::Load(d, g + v * lanes);
      hn::Store(hn::Mul(gradient, hn::IfThenElse(of_first, first, second)), d, to_inputs + v * lanes);
      hn::Store(hn::Mul(gradient, hn::Load(d, output + v * lanes)), d, g + v * lanes);
    }
  }
}

/// Hot-row factors without AdaGrad: the rates are known beforehand.
template <std::size_t N>
HWY_NOINLINE bool train_hot(const sgns_block& b, loss_lanes& losses) {
  alignas(64) float g[gradient_places], to_inputs[gradient_places];
  if (!block_gradients<N>(b, 1.0f, g, losses)) return false;
  row_rates rates = {};  // a pair's second row may be missing
  set_rates(b, rates);
  scale_gradients<N>(b, rates, g, to_inputs);
  update<N>(b, g, to_inputs);
  return true;
}

/// What the rows' rates depend on.
enum class row_rule { same, hot, adagrad };

template <std::size_t N, row_rule Rule>
HWY_INLINE bool train_fixed(const sgns_block& b, loss_lanes& losses) {
  if constexpr (Rule == row_rule::adagrad) return train_adagrad<N>(b, losses);
  if constexpr (Rule == row_rule::hot) return train_hot<N>(b, losses);
  if constexpr (Rule == row_rule::same) return train_plain<N>(b, losses);
}

/// Blocks of 2 … most_fixed outputs.
template <row_rule Rule>
HWY_INLINE bool train_few(const sgns_block& b, loss_lanes& losses) {
  switch (b.n) {
    case 2: return train_fixed<2, Rule>(b, losses);
    case 3: return train_fixed<3, Rule>(b, losses);
    case 4: return train_fixed<4, Rule>(b, losses);
    case 5: return train_fixed<5, Rule>(b, losses);
    case 6: return train_fixed<6, Rule>(b, losses);
    case 7: return train_fixed<7, Rule>(b, losses);
    default: return train_fixed<8, Rule>(b, losses);
  }
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
