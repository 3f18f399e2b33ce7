#pragma once
/// Lazy Adam (Kingma and Ba, ICLR 2015) for batched tasks: a row's moments move, and its steps are counted, only in the
/// batches that touch it. So it needs each row once a batch, with its gradients summed; SGNS has no such batch.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::kernel {

inline constexpr float adam_beta1 = 0.9f;
inline constexpr float adam_beta2 = 0.999f;
inline constexpr float adam_epsilon = 1e-8f;

/// A table's moments, all zero at first: [rows, stride of the table] twice, and the steps of each row [rows].
struct adam_rows {
  float* means = nullptr;  ///< null: no Adam
  float* squares = nullptr;
  std::uint32_t* steps = nullptr;
};

/// What undoes the moments' start at zero, after `step` steps (from 1): 1 / (1 − β1^step), 1 / (1 − β2^step).
struct adam_correction {
  float mean, square;
};
M2GRL_HOST_DEVICE inline adam_correction adam_correction_of(std::uint32_t step) {
  const auto t = static_cast<float>(step);
  return {1 / (1 - std::pow(adam_beta1, t)), 1 / (1 - std::pow(adam_beta2, t))};
}

/// Moves one value's moments by its gradient; returns the direction of its step, m̂ / (√v̂ + ε).
M2GRL_HOST_DEVICE inline float adam_direction(float gradient, float& mean, float& square, adam_correction undo) {
  mean = adam_beta1 * mean + (1 - adam_beta1) * gradient;
  square = adam_beta2 * square + (1 - adam_beta2) * gradient * gradient;
  return mean * undo.mean / (std::sqrt(square * undo.square) + adam_epsilon);
}

}  // namespace m2grl::kernel
