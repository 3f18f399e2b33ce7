/// The gradients of one linked pair, for the alignment of views.
#if defined(M2GRL_CPU_SGNS_PAIR_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_PAIR_INL
#undef M2GRL_CPU_SGNS_PAIR_INL
#else
#define M2GRL_CPU_SGNS_PAIR_INL
#endif

#include <cstddef>

#include "cpu/sgns/gradients-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

block_loss pair(const pair_block& b) {
  const tag d;
  alignas(64) float z[max_columns + 2 * max_lanes] = {};
  alignas(64) float sign[max_columns + 2 * max_lanes] = {};
  for (std::size_t k = 0; k < b.n; ++k) {
    z[k] = dot(b.p, b.others[k], b.stride);
    sign[k] = (b.masked >> k) & 1u ? 0.0f : k == 0 ? 1.0f : -1.0f;
  }
  loss_lanes losses;
  const bool finite = gradients(z, sign, b.n, gradient_rule(1.0f, kernel::largest_logit), b.bias, losses);
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

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
