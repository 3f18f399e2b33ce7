/// AdaGrad on blocks of few outputs: gradients are kept until their mean squares have become rates.
#if defined(M2GRL_CPU_SGNS_FIXED_ADAGRAD_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_FIXED_ADAGRAD_INL
#undef M2GRL_CPU_SGNS_FIXED_ADAGRAD_INL
#else
#define M2GRL_CPU_SGNS_FIXED_ADAGRAD_INL
#endif

#include <cstddef>

#include "cpu/sgns/fixed_logits-inl.hpp"
#include "cpu/sgns/fixed_update-inl.hpp"
#include "cpu/sgns/rates-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

constexpr std::size_t max_kept_stride = 1024;
// A line more than the stride: rows of 4 KiB would all fall into the same few sets of the cache.
constexpr std::size_t kept_room = max_kept_stride + max_lanes;

/// Keeps Chunks vectors of a row's gradient, and adds up its squares by lane.
template <std::size_t Chunks>
HWY_INLINE void keep(const vec (&gradient)[Chunks], float* HWY_RESTRICT kept, float* HWY_RESTRICT squares) {
  const tag d;
  vec sum = hn::Load(d, squares);
  M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) {
    hn::Store(gradient[j], d, kept + j * lanes);
    sum = hn::MulAdd(gradient[j], gradient[j], sum);
  }
  hn::Store(sum, d, squares);
}

/// Σ_k g·t, the gradient of one input row in the columns at hand.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void input_gradient(const float* HWY_RESTRICT g, const vec (&t)[N][Chunks], vec (&sum)[Chunks]) {
  const tag d;
  M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) sum[j] = hn::Mul(hn::Set(d, g[0]), t[0][j]);
  M2GRL_UNROLL for (std::size_t k = 1; k < N; ++k) {
    const vec weight = hn::Set(d, g[k]);
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) sum[j] = hn::MulAdd(weight, t[k][j], sum[j]);
  }
}

/// Gradients of a block's rows, and by lane the sums of their squares: up to 160 KB of stack, of which a block touches
/// what its rows fill.
template <std::size_t N>
struct kept_gradients {
  alignas(64) float input[max_inputs * kept_room];
  alignas(64) float output[N * kept_room];
  alignas(64) float input_squares[max_inputs * max_lanes];
  alignas(64) float output_squares[N * max_lanes];

  /// Only what a block of m input rows needs is set to zero.
  HWY_INLINE explicit kept_gradients(std::size_t m) {
    for (std::size_t i = 0; i < hwy::RoundUpTo(m, 16) * max_lanes; i += lanes) {
      hn::Store(hn::Zero(tag()), tag(), input_squares + i);
    }
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) hn::Store(hn::Zero(tag()), tag(), output_squares + k * max_lanes);
  }
};

/// Columns c … c + Chunks·lanes of every row's gradient.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void keep_columns(const sgns_block& b, const float* HWY_RESTRICT g, std::size_t c, kept_gradients<N>& kept) {
  vec t[N][Chunks];
  gather_deltas<N, Chunks>(b, g, c, t);
  const std::size_t step = b.stride + max_lanes;
  float* HWY_RESTRICT place = kept.output + c;
  M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k, place += step) {
    keep<Chunks>(t[k], place, kept.output_squares + k * max_lanes);
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) t[k][j] = hn::Load(tag(), b.outputs[k] + c + j * lanes);
  }
  place = kept.input + c;
  for (std::size_t i = 0, m = b.m; i < m; ++i, place += step) {
    vec sum[Chunks];
    input_gradient<N, Chunks>(g + i / 2 * max_lanes + i % 2 * N, t, sum);
    keep<Chunks>(sum, place, kept.input_squares + i * max_lanes);
  }
}

/// Every row's gradient.
template <std::size_t N>
HWY_INLINE void keep_all(const sgns_block& b, const float* HWY_RESTRICT g, kept_gradients<N>& kept) {
  constexpr std::size_t chunks = fitting_chunks<N>;
  std::size_t c = 0;
  for (; c + chunks * lanes <= b.stride; c += chunks * lanes) keep_columns<N, chunks>(b, g, c, kept);
  for (; c < b.stride; c += lanes) keep_columns<N, 1>(b, g, c, kept);
}

/// Mean squares of `Count` rows, from their sums by lane.
template <std::size_t Count>
HWY_INLINE void mean_of_squares(const float* HWY_RESTRICT squares, vec per_dim, float* HWY_RESTRICT means) {
  const tag d;
  vec rows[Count], sums[(Count + lanes - 1) / lanes];
  M2GRL_UNROLL for (std::size_t r = 0; r < Count; ++r) rows[r] = hn::Load(d, squares + r * max_lanes);
  pack_sums<Count>(rows, sums);
  M2GRL_UNROLL for (std::size_t v = 0; v < (Count + lanes - 1) / lanes; ++v) {
    hn::StoreU(hn::Mul(per_dim, sums[v]), d, means + v * lanes);
  }
}

/// row += rate · gradient, one row after another, so that equal rows sum.
HWY_INLINE void add_gradients(float* const* rows, std::size_t count, std::size_t stride,
                              const float* HWY_RESTRICT rates, const float* HWY_RESTRICT gradients) {
  const tag d;
  for (std::size_t i = 0; i < count; ++i, gradients += stride + max_lanes) {
    float* HWY_RESTRICT row = rows[i];
    const vec rate = hn::Set(d, rates[i]);
    HWY_PRAGMA(GCC unroll 4)
    for (std::size_t c = 0; c < stride; c += lanes) {
      hn::Store(hn::MulAdd(rate, hn::Load(d, gradients + c), hn::Load(d, row + c)), d, row + c);
    }
  }
}

/// Squares are taken of the gradients themselves: by Gram matrices of the rows they would cancel where a gradient is
/// small beside its terms.
template <std::size_t N>
HWY_NOINLINE bool train_adagrad(const sgns_block& b, loss_lanes& losses) {
  alignas(64) float g[gradient_places];
  if (!block_gradients<N>(b, 1.0f, g, losses)) return false;
  kept_gradients<N> kept(b.m);
  keep_all<N>(b, g, kept);
  const vec per_dim = hn::Set(tag(), 1.0f / static_cast<float>(b.dim));
  for (std::size_t i = 0; i < b.m; i += 16) {
    mean_of_squares<16>(kept.input_squares + i * max_lanes, per_dim, b.input_squares + i);
  }
  mean_of_squares<N>(kept.output_squares, per_dim, b.output_squares);
  row_rates rates;
  set_rates(b, rates);
  add_gradients(b.inputs, b.m, b.stride, rates.input, kept.input);
  add_gradients(b.outputs, b.n, b.stride, rates.output, kept.output);
  return true;
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
