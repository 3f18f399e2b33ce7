#pragma once
/// Learned task weights: homoscedastic uncertainty (Kendall, Gal, Cipolla, CVPR 2018), as M2GRL uses it.
///
/// L = Σ_t exp(−s_t)·L_t + s_t/2 with s_t = ln σ_t², L_t the mean loss per positive pair; so
/// ∂L/∂s_t = ½ − exp(−s_t)·L_t, and with L_t frozen s_t converges to ln(2·L_t).

#include <cmath>
#include <cstdint>

#include "m2grl/config.hpp"
#include "m2grl/kernel/host_device.hpp"

namespace m2grl::kernel {

inline constexpr double min_log_variance = -4;
inline constexpr double max_log_variance = 8;
inline constexpr double min_task_weight = 0.25;
inline constexpr double max_task_weight = 4;

/// Loss tallies are 64-bit fixed point, in units of 2^−20: sums are exact and free of order.
inline constexpr double loss_unit = 1.0 / (1 << 20);

/// What a launch adds up for its task.
struct loss_tally {
  std::int64_t loss = 0;    ///< in loss_unit
  std::uint64_t pairs = 0;  ///< positive pairs
  bool non_finite = false;  ///< a logit was not finite (and was masked)

  M2GRL_HOST_DEVICE loss_tally& operator+=(const loss_tally& part) {
    constexpr std::int64_t most = 0x7FFFFFFFFFFFFFFF;  // no wrap: a loss is never negative
    loss = part.loss > most - loss ? most : loss + part.loss;
    pairs += part.pairs;
    non_finite = non_finite || part.non_finite;
    return *this;
  }
  [[nodiscard]] M2GRL_HOST_DEVICE double mean() const {
    return pairs == 0 ? 0.0 : static_cast<double>(loss) * loss_unit / static_cast<double>(pairs);
  }
};

M2GRL_HOST_DEVICE inline std::int64_t to_fixed_point(double loss) { return std::llround(loss * (1 << 20)); }

M2GRL_HOST_DEVICE inline double clamp(double value, double low, double high) {
  return value < low ? low : value > high ? high : value;
}

/// s_t after a round whose mean loss was `loss`; in the first round it starts at its optimum ln(2·L_t).
M2GRL_HOST_DEVICE inline double updated_log_variance(double s, double loss, double rate, bool first_round) {
  if (first_round) {
    return loss > 0 ? clamp(std::log(2 * loss), min_log_variance, max_log_variance) : min_log_variance;
  }
  return clamp(s - rate * (0.5 - std::exp(-s) * loss), min_log_variance, max_log_variance);
}

/// ŵ_t = clip(V·e^{−s_t} / Σ_{intra u} e^{−s_u}, ¼, 4): the intra-view tasks' mean is 1, so a single view
/// trains exactly as plain SGNS. `intra_sum` is the sum over the V intra-view tasks.
M2GRL_HOST_DEVICE inline double normalised_weight(double s, double intra_sum, std::uint32_t intra_tasks) {
  return clamp(intra_tasks * std::exp(-s) / intra_sum, min_task_weight, max_task_weight);
}

/// ŵ_t under `policy`, constant within a round; `fixed`: what the configuration gives the task.
M2GRL_HOST_DEVICE inline double task_weight(weight_policy policy, double s, double intra_sum, std::uint32_t intra_tasks,
                                            double fixed) {
  if (policy == weight_policy::normalised) return normalised_weight(s, intra_sum, intra_tasks);
  return policy == weight_policy::raw ? std::exp(-s) : fixed;
}

}  // namespace m2grl::kernel
