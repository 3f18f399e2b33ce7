// Compiled once per SIMD target by Highway's foreach_target; train_block() picks the best at run time.
#include "cpu/sgns_block.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/sgns_block.cpp"
#include <hwy/foreach_target.h>  // before the others: it includes this file once for each further target

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t max_inputs = 32;
constexpr std::uint32_t most_factors = 48;  // of a product of loss_lanes
constexpr std::size_t max_columns = 32;
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

/// The sum of four 4-lane blocks, place by place: of a group of four vectors one vector whose block j holds the
/// vectors' partial sums over their block j. Shuffles within blocks only, which cost a cycle or less.
HWY_INLINE vec sum_within_blocks(vec v0, vec v1, vec v2, vec v3) {
#if HWY_TARGET == HWY_SCALAR
  (void)v1, (void)v2, (void)v3;
  return v0;
#else
  const tag d;
  const hn::Repartition<std::uint64_t, tag> d64;
  const vec low = hn::Add(hn::InterleaveLower(d, v0, v1), hn::InterleaveUpper(d, v0, v1));
  const vec high = hn::Add(hn::InterleaveLower(d, v2, v3), hn::InterleaveUpper(d, v2, v3));
  const auto a = hn::BitCast(d64, low), b = hn::BitCast(d64, high);
  return hn::Add(hn::BitCast(d, hn::InterleaveLower(d64, a, b)), hn::BitCast(d, hn::InterleaveUpper(d64, a, b)));
#endif
}

/// Reduces `Count` ≤ 16 vectors to their sums, packed in order into ⌈Count / lanes⌉ vectors; lanes without a sum
/// are 0.
template <std::size_t Count>
HWY_INLINE void pack_sums(const vec (&v)[Count], vec* out) {
  const tag d;
  if constexpr (lanes == 1) {
    M2GRL_UNROLL for (std::size_t i = 0; i < Count; ++i) out[i] = v[i];
  } else {
    vec group[4];
    M2GRL_UNROLL for (std::size_t g = 0; g < 4; ++g) {
      vec of[4];
      M2GRL_UNROLL for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t i = 4 * g + j;
        of[j] = i < Count ? v[i < Count ? i : 0] : hn::Zero(d);
      }
      group[g] = 4 * g < Count ? sum_within_blocks(of[0], of[1], of[2], of[3]) : hn::Zero(d);
    }
#if HWY_TARGET != HWY_SCALAR
    const auto join_halves = [](vec a, vec b) HWY_ATTR {  // [a's lower + upper half, b's]
      return hn::Add(hn::ConcatLowerLower(tag(), b, a), hn::ConcatUpperUpper(tag(), b, a));
    };
    if constexpr (lanes == 4) {
      M2GRL_UNROLL for (std::size_t g = 0; 4 * g < Count; ++g) out[g] = group[g];
    } else if constexpr (lanes == 8) {
      out[0] = join_halves(group[0], group[1]);
      if constexpr (Count > 8) out[1] = join_halves(group[2], group[3]);
    } else {
      const vec even = join_halves(group[0], group[2]), odd = join_halves(group[1], group[3]);
      out[0] =
          hn::OddEvenBlocks(hn::Add(odd, hn::SwapAdjacentBlocks(odd)), hn::Add(even, hn::SwapAdjacentBlocks(even)));
    }
#endif
  }
}

/// The loss of the block in hand, on top of loss_lanes: Σ max(s, 0) and Π (1 + e^−|s|), the factors in [1, 2].
struct loss_sum {
  vec linear, product, faulty;

  // Written out: a defaulted constructor is not compiled for the SIMD target.
  HWY_INLINE explicit loss_sum(const loss_lanes& so_far)
      : linear(hn::Load(tag(), so_far.linear)), product(hn::Load(tag(), so_far.product)), faulty(hn::Zero(tag())) {}
  HWY_INLINE void take_logarithm() {
    linear = hn::Add(linear, hn::Log(tag(), product));
    product = hn::Set(tag(), 1.0f);
  }
  [[nodiscard]] HWY_INLINE bool any_faulty() const { return !hn::AllTrue(tag(), hn::Eq(faulty, hn::Zero(tag()))); }
  HWY_INLINE void store(loss_lanes& lanes_of) const {
    hn::Store(linear, tag(), lanes_of.linear);
    hn::Store(product, tag(), lanes_of.product);
  }
};

/// e^−a for a in [0, 85], within 4e-7 + 6e-8·a of itself: 2^n·2^f, n the nearest integer, 2^f by the minimax
/// polynomial of degree 5 on [−½, ½]. Half the latency of Highway's Exp, and the update waits for it.
HWY_INLINE vec exp_negative(vec a) {
  const tag d;
  const hn::RebindToSigned<tag> di;
  const vec log2_e = hn::Set(d, -1.44269504f), to_integer = hn::Set(d, 12582912.0f);  // 1.5 · 2^23
  const vec shifted = hn::MulAdd(a, log2_e, to_integer);                              // n in the low bits
  const vec f = hn::MulSub(a, log2_e, hn::Sub(shifted, to_integer));
  const vec f2 = hn::Mul(f, f);
  const vec low = hn::MulAdd(hn::Set(d, 0.693146944f), f, hn::Set(d, 1.0f));
  const vec middle = hn::MulAdd(hn::Set(d, 0.0555071309f), f, hn::Set(d, 0.240221202f));
  const vec high = hn::MulAdd(hn::Set(d, 0.00132764725f), f, hn::Set(d, 0.00967554096f));
  const vec power = hn::MulAdd(hn::MulAdd(high, f2, middle), f2, low);
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, power), exponent));
}

/// Asks for the rows that later blocks need, a few at a time between the products: all at once they would fill the
/// core's miss buffers and stall it.
class row_fetches {
 public:
  /// Deals the rows out to `parts` parts of a loop.
  HWY_INLINE row_fetches(const sgns_block& b, std::size_t parts)
      : row_(b.ahead_rows), left_(b.ahead), parts_(static_cast<std::uint32_t>(parts)) {}

  /// Columns c … c + width of the next part's rows.
  HWY_INLINE void next(std::size_t c, std::size_t width) {
    if (c % max_lanes != 0) return;  // a line is max_lanes floats: asked for once
    const std::uint32_t share = left_ / parts_--;
    left_ -= share;
    for (float* const* last = row_ + share; row_ < last; ++row_) {
      for (std::size_t j = 0; j < width; j += max_lanes) __builtin_prefetch(*row_ + c + j, 1, 3);
    }
  }

 private:
  float* const* row_;
  std::uint32_t left_, parts_;
};

/// From logits to gradients scale·(y − σ(z)). y: +1 positive, −1 negative (label 0), 0 masked or no logit.
HWY_INLINE vec gradient(vec logit, vec y, vec scale, loss_sum& loss) {
  const tag d;
  const vec zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const auto used = hn::Ne(y, zero);
  const auto finite = hn::Lt(hn::Abs(logit), hn::Set(d, largest_logit));  // false for NaN
  const auto kept = hn::And(used, finite);
  const vec s = hn::Neg(hn::Mul(y, logit));  // loss = softplus(s)
  const vec e = exp_negative(hn::Min(hn::Abs(s), hn::Set(d, 85.0f)));
  const vec denominator = hn::Add(one, e);
  const vec sigma = hn::Div(hn::IfThenElse(hn::Ge(s, zero), one, e), denominator);
  loss.faulty = hn::Add(loss.faulty, hn::IfThenElseZero(hn::AndNot(finite, used), one));
  loss.linear = hn::Add(loss.linear, hn::IfThenElseZero(kept, hn::Max(s, zero)));
  loss.product = hn::Mul(loss.product, hn::IfThenElse(kept, denominator, one));
  return hn::IfThenElseZero(kept, hn::Mul(hn::Mul(y, scale), sigma));
}

/// Replaces logits z [count] by gradients; sign as y above, with a vector of readable values beyond `count`.
/// False where a logit is not finite.
HWY_INLINE bool gradients(float* HWY_RESTRICT z, const float* HWY_RESTRICT sign, std::size_t count, float scale,
                          float shift, loss_lanes& losses) {
  const tag d;
  loss_sum loss(losses);
  loss.take_logarithm();
  for (std::size_t i = 0, factors = 1; i < count; i += lanes, ++factors) {
    const vec y = hn::IfThenElseZero(hn::FirstN(d, count - i), hn::Load(d, sign + i));
    const vec logit = hn::Add(hn::LoadU(d, z + i), hn::Set(d, shift));
    hn::StoreU(gradient(logit, y, hn::Set(d, scale), loss), d, z + i);
    if (factors % most_factors == 0) loss.take_logarithm();
  }
  loss.take_logarithm();
  loss.store(losses);
  losses.factors = 0;
  return !loss.any_faulty();
}

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
HWY_INLINE void all_gradients(const sgns_block& b, float* HWY_RESTRICT g, loss_sum& loss) {
  const tag d;
  vec y[pair_vectors<N>];
  pair_labels<N>(b.masked, y);
  const vec rate = hn::Set(d, b.rate);
  const std::size_t pairs = b.m / 2;
  for (std::size_t p = 0; p < pairs; ++p, g += max_lanes) {
    M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) {
      hn::Store(gradient(hn::Load(d, g + v * lanes), y[v], rate, loss), d, g + v * lanes);
      if constexpr (most_factors < max_inputs / 2 * pair_vectors<N>) loss.take_logarithm();
    }
  }
  if (b.m % 2 == 0) return;
  M2GRL_UNROLL for (std::size_t v = 0; v < pair_vectors<N>; ++v) {
    const vec label = v * lanes < N ? hn::IfThenElseZero(hn::FirstN(d, N - v * lanes), y[v]) : hn::Zero(d);
    hn::Store(gradient(hn::Load(d, g + v * lanes), label, rate, loss), d, g + v * lanes);
  }
}

/// delta[k] += Σ over `Rows` inputs of g·x, columns c … of Chunks vectors.
template <std::size_t N, std::size_t Chunks, std::size_t Rows>
HWY_INLINE void gather_delta(float* const* inputs, const float* HWY_RESTRICT g, std::size_t c,
                             vec (&delta)[N][Chunks]) {
  const tag d;
  M2GRL_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
    vec x[Chunks];
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::Load(d, inputs[r] + c + j * lanes);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec weight = hn::Set(d, g[r * N + k]);
      M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) delta[k][j] = hn::MulAdd(weight, x[j], delta[k][j]);
    }
  }
}

/// Adds the deltas to the output rows and leaves in their place what the rows were before. Equal rows sum, as each
/// is read again when its turn comes.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void exchange_outputs(const sgns_block& b, std::size_t c, vec (&t)[N][Chunks]) {
  const tag d;
  M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) {
    vec before[N];
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) before[k] = hn::Load(d, b.outputs[k] + c + j * lanes);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      float* place = b.outputs[k] + c + j * lanes;
      hn::Store(hn::Add(hn::Load(d, place), t[k][j]), d, place);
      t[k][j] = before[k];
    }
  }
}

/// x += Σ_k g·t for `Rows` inputs; each row is read again, so that duplicates sum.
template <std::size_t N, std::size_t Chunks, std::size_t Rows>
HWY_INLINE void move_inputs(float* const* inputs, const float* HWY_RESTRICT g, std::size_t c,
                            const vec (&t)[N][Chunks]) {
  const tag d;
  M2GRL_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
    vec x[Chunks];
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::Load(d, inputs[r] + c + j * lanes);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec weight = hn::Set(d, g[r * N + k]);
      M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::MulAdd(weight, t[k][j], x[j]);
    }
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) hn::Store(x[j], d, inputs[r] + c + j * lanes);
  }
}

/// Columns c … c + Chunks·lanes of the update of X and T. The N output rows' deltas, then their values before the
/// update, stay in registers.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void update_columns(const sgns_block& b, const float* HWY_RESTRICT g, std::size_t c) {
  const tag d;
  vec t[N][Chunks];
  M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) t[k][j] = hn::Zero(d);
  }
  row_fetches fetches(b, (b.m + 1) / 2);
  std::size_t i = 0;
  for (; i + 2 <= b.m; i += 2) {
    gather_delta<N, Chunks, 2>(b.inputs + i, g + i / 2 * max_lanes, c, t);
    fetches.next(c, Chunks * lanes);
  }
  if (i < b.m) {
    gather_delta<N, Chunks, 1>(b.inputs + i, g + i / 2 * max_lanes, c, t);
    fetches.next(c, Chunks * lanes);
  }
  exchange_outputs<N, Chunks>(b, c, t);
  for (i = 0; i + 2 <= b.m; i += 2) move_inputs<N, Chunks, 2>(b.inputs + i, g + i / 2 * max_lanes, c, t);
  if (i < b.m) move_inputs<N, Chunks, 1>(b.inputs + i, g + i / 2 * max_lanes, c, t);
}

/// As many columns at a time as the target's registers hold for N rows.
template <std::size_t N>
constexpr std::size_t fitting_chunks = lanes == 16 ? (N <= 6 ? 4 : 2) : (N <= 5 ? 2 : 1);

template <std::size_t N>
HWY_INLINE bool train_fixed(const sgns_block& b, loss_lanes& losses) {
  alignas(64) float g[max_inputs / 2 * max_lanes];
  std::size_t i = 0;
  for (; i + logit_rows<N> <= b.m; i += logit_rows<N>) row_logits<N, logit_rows<N>>(b, i, g + i / 2 * max_lanes);
  for (; i + 2 <= b.m; i += 2) row_logits<N, 2>(b, i, g + i / 2 * max_lanes);
  if (i < b.m) row_logits<N, 1>(b, i, g + i / 2 * max_lanes);
  const auto factors = static_cast<std::uint32_t>((b.m + 1) / 2 * pair_vectors<N>);
  if (losses.factors + factors > most_factors) losses.close();
  losses.factors += factors;
  loss_sum loss(losses);
  all_gradients<N>(b, g, loss);
  loss.store(losses);
  if (loss.any_faulty()) return false;
  constexpr std::size_t chunks = fitting_chunks<N>;
  std::size_t c = 0;
  for (; c + chunks * lanes <= b.stride; c += chunks * lanes) update_columns<N, chunks>(b, g, c);
  for (; c < b.stride; c += lanes) update_columns<N, 1>(b, g, c);
  return true;
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
bool train_any(const sgns_block& b, loss_lanes& losses) {
  row_fetches(b, 1).next(0, b.stride);
  alignas(64) float z[max_inputs * max_columns + 2 * max_lanes];
  alignas(64) float sign[max_inputs * max_columns + 2 * max_lanes];
  const std::size_t logits = std::size_t{b.m} * b.n;
  for (std::size_t i = 0; i < b.m; ++i) {
    for (std::size_t k = 0; k < b.n; ++k) {
      z[i * b.n + k] = dot(b.inputs[i], b.outputs[k], b.stride);
      sign[i * b.n + k] = (b.masked >> k) & 1u ? 0.0f : k == 0 ? 1.0f : -1.0f;
    }
  }
  std::fill_n(sign + logits, max_lanes, 0.0f);
  std::fill_n(z + logits, max_lanes, 0.0f);
  if (!gradients(z, sign, logits, 1.0f, 0, losses)) return false;
  const row_rates rates = rates_of(b, z);
  alignas(64) float delta[max_columns * max_lanes];
  for (std::size_t c = 0; c < b.stride; c += lanes) update_column_any(b, z, rates, c, delta);
  return true;
}

bool train(const sgns_block& b, loss_lanes& losses) {
  const bool plain = b.input_factors == nullptr && b.output_factors == nullptr && b.input_accumulated == nullptr &&
                     b.output_accumulated == nullptr;
  if (!plain || b.n > fast_columns) return train_any(b, losses);
  switch (b.n) {
    case 2: return train_fixed<2>(b, losses);
    case 3: return train_fixed<3>(b, losses);
    case 4: return train_fixed<4>(b, losses);
    case 5: return train_fixed<5>(b, losses);
    case 6: return train_fixed<6>(b, losses);
    case 7: return train_fixed<7>(b, losses);
    case 8: return train_fixed<8>(b, losses);
    default: return train_any(b, losses);
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
  loss_lanes losses;
  const bool finite = gradients(z, sign, b.n, 1.0f, b.bias, losses);
  const block_loss result{static_cast<float>(losses.take()), !finite};
  if (!finite) return result;
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

bool train_block(const sgns_block& block, loss_lanes& losses) { return HWY_DYNAMIC_DISPATCH(train)(block, losses); }

block_loss train_block(const sgns_block& block) {
  loss_lanes losses;
  const bool finite = train_block(block, losses);
  return {static_cast<float>(losses.take()), !finite};
}

void loss_lanes::close() {
  double sum = 0, factor = 1;
  for (int i = 0; i < 16; ++i) {
    sum += static_cast<double>(linear[i]);
    factor *= static_cast<double>(product[i]);
    linear[i] = 0;
    product[i] = 1;
  }
  closed += sum + std::log(factor);
  factors = 0;
}

block_loss pair_gradients(const pair_block& block) { return HWY_DYNAMIC_DISPATCH(pair)(block); }
const char* simd_target() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

double measure_fma_rate(double seconds) {
  using clock = std::chrono::steady_clock;
  constexpr std::uint64_t steps = 1 << 16;
  volatile float sink = 0;
  sink = HWY_DYNAMIC_DISPATCH(fma_chains)(steps);  // warms up, and chooses the target
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
