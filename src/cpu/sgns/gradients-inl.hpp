/// From logits to gradients and losses.
#if defined(M2GRL_CPU_SGNS_GRADIENTS_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_GRADIENTS_INL
#undef M2GRL_CPU_SGNS_GRADIENTS_INL
#else
#define M2GRL_CPU_SGNS_GRADIENTS_INL
#endif

#include <hwy/contrib/math/math-inl.h>

#include <cstddef>
#include <cstdint>

#include "cpu/sgns/lanes-inl.hpp"
#include "cpu/sgns_block.hpp"
#include "m2grl/kernel/logistic.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

constexpr std::size_t max_inputs = 32;
constexpr std::size_t max_columns = 32;
constexpr std::uint32_t most_factors = 48;  // of a product of loss_lanes

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

/// What all logits of a block share: gradients are times `scale`; logits are held to ±limit, ±decay_limit in e^−|z|.
struct gradient_rule {
  vec scale, limit, decay_limit;

  HWY_INLINE gradient_rule(float factor, float logit_limit)
      : scale(hn::Set(tag(), factor)),
        limit(hn::Set(tag(), logit_limit)),
        decay_limit(hn::Min(limit, hn::Set(tag(), 85.0f))) {}
};

/// From logits to gradients scale·(y − σ(z)). y: +1 positive, −1 negative (label 0), 0 masked or no logit.
HWY_INLINE vec gradient(vec logit, vec y, const gradient_rule& rule, loss_sum& loss) {
  const tag d;
  const vec zero = hn::Zero(d), one = hn::Set(d, 1.0f), size = hn::Abs(logit);
  const auto used = hn::Ne(y, zero);
  const auto finite = hn::Lt(size, hn::Set(d, kernel::largest_logit));  // false for NaN
  const auto kept = hn::And(used, finite);
  const vec s = hn::Neg(hn::Mul(y, logit));  // loss = softplus(s)
  const vec e = exp_negative(hn::Min(size, rule.decay_limit));
  const vec denominator = hn::Add(one, e);
  const vec sigma = hn::Div(hn::IfThenElse(hn::Ge(s, zero), one, e), denominator);
  loss.faulty = hn::Add(loss.faulty, hn::IfThenElseZero(hn::AndNot(finite, used), one));
  loss.linear = hn::Add(loss.linear, hn::IfThenElseZero(kept, hn::Min(hn::Max(s, zero), rule.limit)));
  loss.product = hn::Mul(loss.product, hn::IfThenElse(kept, denominator, one));
  return hn::IfThenElseZero(hn::And(used, hn::Lt(size, rule.limit)), hn::Mul(hn::Mul(y, rule.scale), sigma));
}

/// Replaces logits z [count] by gradients; sign as y above, with a vector of readable values beyond `count`.
/// False where a logit is not finite.
HWY_INLINE bool gradients(float* HWY_RESTRICT z, const float* HWY_RESTRICT sign, std::size_t count,
                          const gradient_rule& rule, float shift, loss_lanes& losses) {
  const tag d;
  loss_sum loss(losses);
  loss.take_logarithm();
  for (std::size_t i = 0, factors = 1; i < count; i += lanes, ++factors) {
    const vec y = hn::IfThenElseZero(hn::FirstN(d, count - i), hn::Load(d, sign + i));
    const vec logit = hn::Add(hn::LoadU(d, z + i), hn::Set(d, shift));
    hn::StoreU(gradient(logit, y, rule, loss), d, z + i);
    if (factors % most_factors == 0) loss.take_logarithm();
  }
  loss.take_logarithm();
  loss.store(losses);
  losses.factors = 0;
  return !loss.any_faulty();
}

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
