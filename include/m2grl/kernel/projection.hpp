#pragma once
/// f of an alignment task, p(e) = f(W e), and its slope, told from p.

#include <cmath>

#include "m2grl/config.hpp"
#include "m2grl/kernel/host_device.hpp"

namespace m2grl::kernel {

M2GRL_HOST_DEVICE inline float projected(projection_kind f, float z) {
  if (f == projection_kind::sigmoid) return 1.0f / (1.0f + std::exp(-z));
  return f == projection_kind::tanh ? std::tanh(z) : z;
}

M2GRL_HOST_DEVICE inline float projection_slope(projection_kind f, float p) {
  if (f == projection_kind::sigmoid) return p * (1 - p);
  return f == projection_kind::tanh ? 1 - p * p : 1.0f;
}

}  // namespace m2grl::kernel
