#pragma once
/// Naive float64 reference of the metric model's contrastive loss.

#include <cstdint>
#include <vector>

#include "reference/sgns.hpp"

namespace reference {

/// Two items, together or apart.
struct metric_pair {
  std::size_t i = 0, j = 0;
  bool together = false;
};

/// Σ over pairs of y·d² + (1 − y)·max(0, margin − d)², d = ‖m x_i − m x_j‖; m [out][dim], x [items][dim].
[[nodiscard]] double metric_loss(const matrix& m, const matrix& x, const std::vector<metric_pair>& pairs,
                                 double margin);
/// Its gradient with respect to m.
[[nodiscard]] matrix metric_gradient(const matrix& m, const matrix& x, const std::vector<metric_pair>& pairs,
                                     double margin);

}  // namespace reference
