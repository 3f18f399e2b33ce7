// Compiled once per SIMD target by Highway's foreach_target; train_block() picks the best at run time.
#include "cpu/sgns_block.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/sgns_block.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::uint32_t max_inputs = 32;
constexpr std::uint32_t max_columns = 32;
constexpr std::uint32_t fast_columns = 8;  // blocks of up to this many outputs stay in registers
constexpr std::size_t max_lanes = 16;      // rows are padded to this many floats
constexpr float largest_logit = 1e5f;      // beyond it training has diverged; rows are still far from overflow

using tag = hn::CappedTag<float, max_lanes>;
using vec = hn::Vec<tag>;
constexpr std::size_t lanes = hn::MaxLanes(tag());  // exact on x86-64 and NEON, the targets built here

// Small arrays of vectors stay in registers only where every loop over them is unrolled.
#ifndef M2GRL_UNROLL
#define M2GRL_UNROLL HWY_PRAGMA(GCC unroll 32)
#endif

/// Reduces vectors to their sums, packed in order from lane 0, by a butterfly of even and odd lanes: about
/// two shuffles a sum where a tree per sum takes four. One level halves `Count` vectors, whose sums then fill `Width` lanes each.
template <std::size_t Count, std::size_t Width>
HWY_INLINE void store_sums(const vec (&v)[Count], float* HWY_RESTRICT out) {
  const tag d;
  if constexpr (Width == 1) {
    M2GRL_UNROLL for (std::size_t i = 0; i < Count; ++i) hn::StoreU(v[i], d, out + i * lanes);
  } else {
#if HWY_TARGET != HWY_SCALAR  // one lane has no halves
    constexpr std::size_t half = (Count + 1) / 2;
    vec folded[half];
    M2GRL_UNROLL for (std::size_t i = 0; i < half; ++i) {
      const vec a = v[2 * i];
      const vec b = 2 * i + 1 < Count ? v[2 * i + 1 < Count ? 2 * i + 1 : 0] : hn::Zero(d);
      folded[i] = hn::Add(hn::ConcatEven(d, b, a), hn::ConcatOdd(d, b, a));
    }
    store_sums<half, Width / 2>(folded, out);
#endif
  }
}

/// Logits of `Rows` input rows against N output rows: z[r·N + k], written in whole vectors.
template <std::size_t Rows, std::size_t N>
HWY_INLINE void logits(float* const* inputs, float* const* outputs, std::size_t stride, float* HWY_RESTRICT z) {
  const tag d;
  vec sums[Rows * N];
  M2GRL_UNROLL for (std::size_t j = 0; j < Rows * N; ++j) sums[j] = hn::Zero(d);
  for (std::size_t c = 0; c < stride; c += lanes) {
    vec x[Rows];
    M2GRL_UNROLL for (std::size_t r = 0; r < Rows; ++r) x[r] = hn::Load(d, inputs[r] + c);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec t = hn::Load(d, outputs[k] + c);
      M2GRL_UNROLL for (std::size_t r = 0; r < Rows; ++r) sums[r * N + k] = hn::MulAdd(x[r], t, sums[r * N + k]);
    }
  }
  store_sums<Rows * N, lanes>(sums, z);
}

/// Replaces logits z [count] by gradients scale·(y − σ(z)). sign: +1 where y = 1, −1 where y = 0, 0 masked.
/// The losses' logarithms are taken of a product of factors in [1, 2], one logarithm for up to 64 vectors.
HWY_INLINE block_loss gradients(float* HWY_RESTRICT z, const float* HWY_RESTRICT sign, std::size_t count, float scale,
                                float shift) {
  const tag d;
  const vec one = hn::Set(d, 1.0f), limit = hn::Set(d, largest_logit);
  vec product = one, linear = hn::Zero(d);
  auto faulty = hn::MaskFromVec(hn::Zero(d));
  for (std::size_t i = 0; i < count; i += lanes) {
    vec y = hn::Load(d, sign + i);
    const vec inside = hn::IfThenElseZero(hn::FirstN(d, count - i), one);
    y = hn::Mul(y, inside);
    const vec logit = hn::Add(hn::LoadU(d, z + i), hn::Set(d, shift));
    const auto used = hn::Ne(y, hn::Zero(d));
    const auto finite = hn::Lt(hn::Abs(logit), limit);  // false for NaN
    faulty = hn::Or(faulty, hn::AndNot(finite, used));
    const auto kept = hn::And(used, finite);
    const vec s = hn::IfThenElseZero(kept, hn::Neg(hn::Mul(y, logit)));  // loss = softplus(s)
    const vec e = hn::Exp(d, hn::Neg(hn::Abs(s)));
    const vec denominator = hn::Add(one, e);
    const vec sigma = hn::Div(hn::IfThenElse(hn::Ge(s, hn::Zero(d)), one, e), denominator);
    hn::StoreU(hn::IfThenElseZero(kept, hn::Mul(hn::Mul(y, sigma), hn::Set(d, scale))), d, z + i);
    linear = hn::Add(linear, hn::Max(s, hn::Zero(d)));
    product = hn::Mul(product, hn::IfThenElse(kept, denominator, one));
    if ((i / lanes + 1) % 64 == 0) {   // 2^128 would overflow
      linear = hn::Add(linear, hn::Log(d, product));
      product = one;
    }
  }
  const vec loss = hn::Add(linear, hn::Log(d, product));
  return {hn::GetLane(hn::SumOfLanes(d, loss)), !hn::AllFalse(d, faulty)};
}

/// Columns c … c + Chunks·lanes of the update of X and T, for N output rows held in registers.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void update_columns(const sgns_block& b, const float* HWY_RESTRICT g, std::size_t c) {
  const tag d;
  vec delta[N][Chunks];
  M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) delta[k][j] = hn::Zero(d);
  }
  for (std::size_t i = 0; i < b.m; ++i) {
    vec x[Chunks];
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::Load(d, b.inputs[i] + c + j * lanes);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec weight = hn::Set(d, g[i * N + k]);
      M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) delta[k][j] = hn::MulAdd(weight, x[j], delta[k][j]);
    }
  }
  vec t[N][Chunks];
  M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) t[k][j] = hn::Load(d, b.outputs[k] + c + j * lanes);
  }
  for (std::size_t i = 0; i < b.m; ++i) {  // re-reads each row, so that duplicates sum
    vec x[Chunks];
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::Load(d, b.inputs[i] + c + j * lanes);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec weight = hn::Set(d, g[i * N + k]);
      M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::MulAdd(weight, t[k][j], x[j]);
    }
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) hn::Store(x[j], d, b.inputs[i] + c + j * lanes);
  }
  M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) {
      float* place = b.outputs[k] + c + j * lanes;
      hn::Store(hn::Add(hn::Load(d, place), delta[k][j]), d, place);
    }
  }
}

/// +1 in column 0, −1 elsewhere, for rows of N columns.
template <std::size_t N>
struct sign_pattern {
  alignas(64) std::array<float, max_inputs * N + max_lanes> values{};
  constexpr sign_pattern() {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % N == 0 ? 1.0f : -1.0f;
  }
};

/// The fast path: N outputs known at compile time, one rate for every row.
template <std::size_t N>
block_loss train_fixed(const sgns_block& b) {
  alignas(64) float z[max_inputs * N + 2 * max_lanes];
  static constexpr sign_pattern<N> pattern{};
  const float* sign = pattern.values.data();
  sign_pattern<N> masked;
  if (b.masked != 0) {
    for (std::size_t i = 0; i < b.m * N; ++i) {
      if ((b.masked >> (i % N)) & 1u) masked.values[i] = 0;
    }
    sign = masked.values.data();
  }
  std::size_t i = 0;
  for (; i + 2 <= b.m; i += 2) logits<2, N>(b.inputs + i, b.outputs, b.stride, z + i * N);
  if (i < b.m) logits<1, N>(b.inputs + i, b.outputs, b.stride, z + i * N);
  const block_loss result = gradients(z, sign, b.m * N, b.rate, 0);
  if (result.non_finite) return result;
  std::size_t c = 0;
  for (; c + 2 * lanes <= b.stride; c += 2 * lanes) update_columns<N, 2>(b, z, c);
  for (; c < b.stride; c += lanes) update_columns<N, 1>(b, z, c);
  return result;
}

HWY_INLINE float dot(const float* a, const float* b, std::size_t stride) {
  const tag d;
  vec sum = hn::Zero(d);
  for (std::size_t c = 0; c < stride; c += lanes) sum = hn::MulAdd(hn::Load(d, a + c), hn::Load(d, b + c), sum);
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

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

struct row_rates {
  float input[max_inputs];
  float output[max_columns];
};

/// The rate of every row: hot-row factors and AdaGrad, whose squares of this centre it writes.
HWY_INLINE row_rates rates_of(const sgns_block& b, const float* HWY_RESTRICT g) {
  row_rates rates;
  for (std::size_t i = 0; i < b.m; ++i) {
    rates.input[i] = b.rate * (b.input_factors != nullptr ? b.input_factors[i] : 1.0f);
    if (b.input_accumulated == nullptr) continue;
    b.input_squares[i] = mean_square(g + i * b.n, 1, b.outputs, b.n, b);
    rates.input[i] *= adagrad_factor(b.input_accumulated[i] + b.input_squares[i]);
  }
  for (std::size_t k = 0; k < b.n; ++k) {
    rates.output[k] = b.rate * (b.output_factors != nullptr ? b.output_factors[k] : 1.0f);
    if (b.output_accumulated == nullptr) continue;
    b.output_squares[k] = mean_square(g + k, b.n, b.inputs, b.m, b);
    rates.output[k] *= adagrad_factor(b.output_accumulated[k] + b.output_squares[k]);
  }
  return rates;
}

/// Update of one lane-wide column with a rate per row; `delta` is scratch of [n] vectors.
HWY_INLINE void update_column_any(const sgns_block& b, const float* HWY_RESTRICT g, const row_rates& rates,
                                  std::size_t c, float* HWY_RESTRICT delta) {
  const tag d;
  for (std::size_t k = 0; k < b.n; ++k) {
    vec sum = hn::Zero(d);
    for (std::size_t i = 0; i < b.m; ++i) {
      sum = hn::MulAdd(hn::Set(d, g[i * b.n + k]), hn::Load(d, b.inputs[i] + c), sum);
    }
    hn::Store(sum, d, delta + k * max_lanes);
  }
  for (std::size_t i = 0; i < b.m; ++i) {
    vec sum = hn::Zero(d);
    for (std::size_t k = 0; k < b.n; ++k) {
      sum = hn::MulAdd(hn::Set(d, g[i * b.n + k]), hn::Load(d, b.outputs[k] + c), sum);
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
block_loss train_any(const sgns_block& b) {
  alignas(64) float z[max_inputs * max_columns + 2 * max_lanes];
  alignas(64) float sign[max_inputs * max_columns + 2 * max_lanes];
  for (std::size_t i = 0; i < b.m; ++i) {
    for (std::size_t k = 0; k < b.n; ++k) {
      z[i * b.n + k] = dot(b.inputs[i], b.outputs[k], b.stride);
      sign[i * b.n + k] = (b.masked >> k) & 1u ? 0.0f : k == 0 ? 1.0f : -1.0f;
    }
  }
  std::fill_n(sign + b.m * b.n, max_lanes, 0.0f);
  std::fill_n(z + b.m * b.n, max_lanes, 0.0f);
  const block_loss result = gradients(z, sign, b.m * b.n, 1.0f, 0);
  if (result.non_finite) return result;
  const row_rates rates = rates_of(b, z);
  alignas(64) float delta[max_columns * max_lanes];
  for (std::size_t c = 0; c < b.stride; c += lanes) update_column_any(b, z, rates, c, delta);
  return result;
}

block_loss train(const sgns_block& b) {
  const bool plain = b.input_factors == nullptr && b.output_factors == nullptr && b.input_accumulated == nullptr &&
                     b.output_accumulated == nullptr;
  if (!plain || b.n > fast_columns) return train_any(b);
  switch (b.n) {
    case 2: return train_fixed<2>(b);
    case 3: return train_fixed<3>(b);
    case 4: return train_fixed<4>(b);
    case 5: return train_fixed<5>(b);
    case 6: return train_fixed<6>(b);
    case 7: return train_fixed<7>(b);
    case 8: return train_fixed<8>(b);
    default: return train_any(b);
  }
}

block_loss pair(const pair_block& b) {
  const tag d;
  alignas(64) float z[max_columns + 2 * max_lanes] = {};
  alignas(64) float sign[max_columns + 2 * max_lanes] = {};
  for (std::size_t k = 0; k < b.n; ++k) {
    z[k] = dot(b.p, b.others[k], b.stride);
    sign[k] = (b.masked >> k) & 1u ? 0.0f : k == 0 ? 1.0f : -1.0f;
  }
  const block_loss result = gradients(z, sign, b.n, 1.0f, b.bias);
  if (result.non_finite) return result;
  for (std::size_t k = 0; k < b.n; ++k) *b.bias_gradient += z[k];
  for (std::size_t c = 0; c < b.stride; c += lanes) {
    const vec p = hn::Load(d, b.p + c);
    vec sum = hn::Load(d, b.p_gradient + c);
    for (std::size_t k = 0; k < b.n; ++k) {
      const vec g = hn::Set(d, z[k]);
      sum = hn::MulAdd(g, hn::Load(d, b.others[k] + c), sum);
      float* place = b.other_gradients[k] + c;
      hn::Store(hn::MulAdd(g, p, hn::Load(d, place)), d, place);
    }
    hn::Store(sum, d, b.p_gradient + c);
  }
  return result;
}

/// `steps` rounds of 16 independent chains of multiply-adds; returns a value that depends on all of them.
float fma_chains(std::uint64_t steps) {
  const tag d;
  constexpr std::size_t chains = 16;
  vec v[chains];
  for (std::size_t i = 0; i < chains; ++i) v[i] = hn::Set(d, 1.0f + static_cast<float>(i));
  const vec a = hn::Set(d, 0.999f), b = hn::Set(d, 0.001f);
  for (std::uint64_t s = 0; s < steps; ++s) {
    for (auto& x : v) x = hn::MulAdd(x, a, b);
  }
  for (std::size_t i = 1; i < chains; ++i) v[0] = hn::Add(v[0], v[i]);
  return hn::GetLane(hn::SumOfLanes(d, v[0]));
}

std::uint64_t fma_per_step() { return 16 * lanes; }
const char* target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace m2grl::cpu {

HWY_EXPORT(train);
HWY_EXPORT(pair);
HWY_EXPORT(fma_chains);
HWY_EXPORT(fma_per_step);
HWY_EXPORT(target_name);

block_loss train_block(const sgns_block& block) { return HWY_DYNAMIC_DISPATCH(train)(block); }
block_loss pair_gradients(const pair_block& block) { return HWY_DYNAMIC_DISPATCH(pair)(block); }
const char* simd_target() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

double measure_fma_rate(double seconds) {
  using clock = std::chrono::steady_clock;
  constexpr std::uint64_t steps = 1 << 16;
  volatile float sink = HWY_DYNAMIC_DISPATCH(fma_chains)(steps);  // warms up, and chooses the target
  const auto start = clock::now();
  std::uint64_t rounds = 0;
  double elapsed = 0;
  do {
    sink = HWY_DYNAMIC_DISPATCH(fma_chains)(steps);
    ++rounds;
    elapsed = std::chrono::duration<double>(clock::now() - start).count();
  } while (elapsed < seconds);
  (void)sink;
  return static_cast<double>(rounds * steps * HWY_DYNAMIC_DISPATCH(fma_per_step)()) / elapsed;
}

}  // namespace m2grl::cpu
#endif
