/// The update of a block whose number of outputs is known at compile time, by columns.
#if defined(M2GRL_CPU_SGNS_FIXED_UPDATE_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_FIXED_UPDATE_INL
#undef M2GRL_CPU_SGNS_FIXED_UPDATE_INL
#else
#define M2GRL_CPU_SGNS_FIXED_UPDATE_INL
#endif

#include <cstddef>

#include "cpu/sgns/fetches-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

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

/// Whether no two of the output rows are the same.
template <std::size_t N>
HWY_INLINE bool distinct_outputs(const sgns_block& b) {
  bool equal = false;
  M2GRL_UNROLL for (std::size_t k = 1; k < N; ++k) {
    M2GRL_UNROLL for (std::size_t l = 0; l < k; ++l) equal |= b.outputs[k] == b.outputs[l];
  }
  return !equal;
}

/// Adds the deltas to the output rows and leaves in their place what the rows were before. Equal rows, which are rare,
/// sum: all are read before any is written, and each is read again when its turn comes.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void exchange_outputs(const sgns_block& b, bool distinct, std::size_t c, vec (&t)[N][Chunks]) {
  const tag d;
  if (HWY_LIKELY(distinct)) {
    float* const* const rows = b.outputs;  // read once: a store of a vector may alias anything
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      float* const row = rows[k] + c;
      M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) {
        const vec before = hn::Load(d, row + j * lanes);
        hn::Store(hn::Add(before, t[k][j]), d, row + j * lanes);
        t[k][j] = before;
      }
    }
    return;
  }
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
    float* const row = inputs[r] + c;
    vec x[Chunks];
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::Load(d, row + j * lanes);
    M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
      const vec weight = hn::Set(d, g[r * N + k]);
      M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) x[j] = hn::MulAdd(weight, t[k][j], x[j]);
    }
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) hn::Store(x[j], d, row + j * lanes);
  }
}

/// delta = Σ over all inputs of g·x, columns c … of Chunks vectors; asks for rows of later blocks meanwhile.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void gather_deltas(const sgns_block& b, const float* HWY_RESTRICT g, std::size_t c,
                              vec (&delta)[N][Chunks]) {
  M2GRL_UNROLL for (std::size_t k = 0; k < N; ++k) {
    M2GRL_UNROLL for (std::size_t j = 0; j < Chunks; ++j) delta[k][j] = hn::Zero(tag());
  }
  row_fetches fetches(b, (b.m + 1) / 2);
  std::size_t i = 0;
  for (; i + 2 <= b.m; i += 2) {
    gather_delta<N, Chunks, 2>(b.inputs + i, g + i / 2 * max_lanes, c, delta);
    fetches.next(c, Chunks * lanes);
  }
  if (i < b.m) {
    gather_delta<N, Chunks, 1>(b.inputs + i, g + i / 2 * max_lanes, c, delta);
    fetches.next(c, Chunks * lanes);
  }
}

/// Columns c … c + Chunks·lanes of the update of X and T, by gradients scaled for the outputs and for the inputs.
/// The N output rows' deltas, then their values before the update, stay in registers.
template <std::size_t N, std::size_t Chunks>
HWY_INLINE void update_columns(const sgns_block& b, bool distinct, const float* HWY_RESTRICT to_outputs,
                               const float* HWY_RESTRICT to_inputs, std::size_t c) {
  vec t[N][Chunks];
  gather_deltas<N, Chunks>(b, to_outputs, c, t);
  exchange_outputs<N, Chunks>(b, distinct, c, t);
  std::size_t i = 0;
  for (; i + 2 <= b.m; i += 2) move_inputs<N, Chunks, 2>(b.inputs + i, to_inputs + i / 2 * max_lanes, c, t);
  if (i < b.m) move_inputs<N, Chunks, 1>(b.inputs + i, to_inputs + i / 2 * max_lanes, c, t);
}

/// As many columns at a time as the target's registers hold for N rows.
template <std::size_t N>
constexpr std::size_t fitting_chunks = lanes == 16 ? (N <= 6 ? 4 : 2) : (N <= 6 ? 2 : 1);

/// The same address, in a register: reckoned from a large frame, the places of G would make the inner loops'
/// instructions long.
HWY_INLINE const float* in_register(const float* g) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
  asm("" : "+r"(g));
#endif
  return g;
}

/// X += G T, T += Gᵀ X(before), with G scaled for either product.
template <std::size_t N>
HWY_INLINE void update(const sgns_block& b, const float* HWY_RESTRICT to_outputs, const float* HWY_RESTRICT to_inputs) {
  constexpr std::size_t chunks = fitting_chunks<N>;
  const bool distinct = distinct_outputs<N>(b);
  std::size_t c = 0;
  for (; c + chunks * lanes <= b.stride; c += chunks * lanes)
    update_columns<N, chunks>(b, distinct, to_outputs, to_inputs, c);
  for (; c < b.stride; c += lanes) update_columns<N, 1>(b, distinct, to_outputs, to_inputs, c);
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
