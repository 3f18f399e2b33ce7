/// Gradients of a block whose number of outputs is known at compile time, all in registers.
#if defined(M2GRL_CPU_SGNS_FIXED_LOGITS_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_FIXED_LOGITS_INL
#undef M2GRL_CPU_SGNS_FIXED_LOGITS_INL
#else
#define M2GRL_CPU_SGNS_FIXED_LOGITS_INL
#endif

#include <array>
#include <cstddef>
#include <cstdint>

#include "cpu/sgns/gradients-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

// The fast path: N outputs known at compile time. Inputs go in pairs of rows; a pair's 2·N logits, at most
// max_lanes, become gradients in registers and are stored as [pairs, max_lanes], row r of a pair from place r·N.
template <std::size_t N>
constexpr std::size_t pair_vectors = (2 * N + lanes - 1) / lanes;

/// Logits of `Rows` input rows, 1 or an even number, against N output rows.
template <std::size_t N, std::size_t Rows>
HWY_INLINE void row_logits(const sgns_block& b, std::size_t i, float* HWY_RESTRICT z) {
  const tag d;
  vec sums[(Rows + 1) / 2][2 * N];
  M2GRL_UNROLL for (std::size_t p = 0; p < (Rows + 1) / 2; ++p) {
    M2GRL_UNROLL for (std::size_t j = 0; j < 2 * N; ++j) sums[p][j] = hn::Zero(d);
  }
  for (std::size_t c = 0; c < b.stride; c += lanes) {
    vec x[Rows];
    M2GRL_UNROLL for (std::size_t r = 0; r < Rows; ++r) x[r] = hn::Load(d, b.inputs[i + r] + c);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec t = hn::Load(d, b.outputs[k] + c);
      M2GRL_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
        vec& sum = sums[r / 2][r % 2 * N + k];
        sum = hn::MulAdd(x[r], t, sum);
      }
    }
  }
  M2GRL_UNROLL for (std::size_t p = 0; p < (Rows + 1) / 2; ++p) {
    vec logits[pair_vectors<N>];
    pack_sums<2 * N>(sums[p], logits);
    M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v)
        hn::Store(logits[v], d, z + p * max_lanes + v * lanes);
  }
}

/// Input rows whose logits are summed side by side: more rows load each output row less often.
template <std::size_t N>
constexpr std::size_t logit_rows = lanes == 16 && N <= 6 ? 4 : 2;

/// Labels of a pair of rows: +1 in column 0, −1 in the others, 0 beyond and where `masked`.
template <std::size_t N>
HWY_INLINE void pair_labels(std::uint32_t masked, vec (&y)[pair_vectors<N>]) {
  alignas(64) static constexpr auto plain = [] {
    std::array<float, 2 * max_lanes> values{};
    for (std::size_t i = 0; i < 2 * N; ++i) values[i] = i % N == 0 ? 1.0f : -1.0f;
    return values;
  }();
  const tag d;
  M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) y[v] = hn::Load(d, plain.data() + v * lanes);
  if (masked == 0) return;
  alignas(64) std::array<float, 2 * max_lanes> values = plain;
  for (std::size_t i = 0; i < 2 * N; ++i) {
    if ((masked >> (i % N)) & 1u) values[i] = 0;
  }
  M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) y[v] = hn::Load(d, values.data() + v * lanes);
}

/// All logits to gradients, in a loop of their own: each waits for a long chain of operations, and side by side
/// the chains hide each other.
template <std::size_t N>
HWY_INLINE void all_gradients(const sgns_block& b, float rate, float* HWY_RESTRICT g, loss_sum& loss) {
  const tag d;
  vec y[pair_vectors<N>];
  pair_labels<N>(b.masked, y);
  const gradient_rule rule(rate, b.logit_limit);
  const std::size_t pairs = b.m / 2;
  for (std::size_t p = 0; p < pairs; ++p, g += max_lanes) {
    M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) {
      hn::Store(gradient(hn::Load(d, g + v * lanes), y[v], rule, loss), d, g + v * lanes);
      if constexpr (most_factors < max_inputs / 2 * pair_vectors<N>) loss.take_logarithm();
    }
  }
  if (b.m % 2 == 0) return;
  M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) {
    const vec label = v * lanes < N ? hn::IfThenElseZero(hn::FirstN(d, N - v * lanes), y[v]) : hn::Zero(d);
    hn::Store(gradient(hn::Load(d, g + v * lanes), label, rule, loss), d, g + v * lanes);
  }
}

/// Room for the gradients of a block.
constexpr std::size_t gradient_places = max_inputs / 2 * max_lanes;

/// All gradients of the block, times `rate`; adds to the losses. False where a logit is not finite.
template <std::size_t N>
HWY_INLINE bool block_gradients(const sgns_block& b, float rate, float* HWY_RESTRICT g, loss_lanes& losses) {
  std::size_t i = 0;
  for (; i + logit_rows<N> <= b.m; i += logit_rows<N>) row_logits<N, logit_rows<N>>(b, i, g + i / 2 * max_lanes);
  for (; i + 2 <= b.m; i += 2) row_logits<N, 2>(b, i, g + i / 2 * max_lanes);
  if (i < b.m) row_logits<N, 1>(b, i, g + i / 2 * max_lanes);
  const auto factors = static_cast<std::uint32_t>((b.m + 1) / 2 * pair_vectors<N>);
  if (losses.factors + factors > most_factors) losses.close();
  losses.factors += factors;
  loss_sum loss(losses);
  all_gradients<N>(b, rate, g, loss);
  loss.store(losses);
  return !loss.any_faulty();
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
