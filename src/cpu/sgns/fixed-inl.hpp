/// Blocks of few outputs, whose values stay in registers.
#if defined(M2GRL_CPU_SGNS_FIXED_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_FIXED_INL
#undef M2GRL_CPU_SGNS_FIXED_INL
#else
#define M2GRL_CPU_SGNS_FIXED_INL
#endif

#include <cstddef>
#include <cstdint>

#include "cpu/sgns/fixed_logits-inl.hpp"
#include "cpu/sgns/fixed_update-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

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

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
