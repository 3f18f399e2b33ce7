// Compiled once per SIMD target by Highway's foreach_target; train_block() picks the best at run time.
#include "cpu/sgns_block.hpp"

#include <chrono>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/sgns_block.cpp"
#include <hwy/foreach_target.h>  // before the others: it includes this file once for each further target

#include "cpu/sgns/fixed-inl.hpp"
#include "cpu/sgns/general-inl.hpp"
#include "cpu/sgns/pair-inl.hpp"
#include "cpu/sgns/peak-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

bool train(const sgns_block& b, loss_lanes& losses) {
  const bool adagrad = b.input_accumulated != nullptr, hot = b.input_factors != nullptr || b.output_factors != nullptr;
  if (b.n > most_fixed || (adagrad && b.stride > max_kept_stride)) return train_any(b, losses);
  if (adagrad) return train_few<row_rule::adagrad>(b, losses);
  if (hot) return train_few<row_rule::hot>(b, losses);
  return train_few<row_rule::same>(b, losses);
}

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
