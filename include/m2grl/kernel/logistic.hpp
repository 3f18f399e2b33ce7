#pragma once
/// The arithmetic that SGNS and alignment share, for one logit and for one row.

#include <cmath>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::kernel {

/// Beyond it training has diverged; rows are still far from overflow.
inline constexpr float largest_logit = 1e5f;

/// False for NaN, too.
[[nodiscard]] M2GRL_HOST_DEVICE inline bool usable_logit(float z) { return std::fabs(z) < largest_logit; }

/// Of a logit z: softplus(−z) and 1 − σ(z) where it is positive, softplus(z) and −σ(z) where it is negative.
struct logistic {
  float loss;
  float gradient;  ///< y − σ(z), y = 1 or 0: ascends the likelihood
};
[[nodiscard]] M2GRL_HOST_DEVICE inline logistic logistic_of(float z, bool positive) {
  const float y = positive ? 1.0f : -1.0f, s = -y * z;
  const float decay = std::exp(-std::fabs(s));  // at most 1
  return {(s > 0 ? s : 0.0f) + std::log1p(decay), y * ((s > 0 ? 1.0f : decay) / (1.0f + decay))};
}

/// The same of z held to ±limit, a loss that is flat beyond: there the gradient is 0.
[[nodiscard]] M2GRL_HOST_DEVICE inline logistic logistic_within(float z, bool positive, float limit) {
  logistic result = logistic_of(std::fmin(std::fmax(z, -limit), limit), positive);
  if (!(std::fabs(z) < limit)) result.gradient = 0;
  return result;
}

/// Added below AdaGrad's root, so that a row without gradient has a factor.
inline constexpr float adagrad_floor = 1e-10f;

/// AdaGrad's factor on the rate of a row, from its accumulated mean squared gradient, this step's included:
/// without it a row's first step would know no scale (Duchi, Hazan, Singer, JMLR 2011).
[[nodiscard]] M2GRL_HOST_DEVICE inline float adagrad_factor(float accumulated) {
  return 1.0f / std::sqrt(accumulated + adagrad_floor);
}

}  // namespace m2grl::kernel
