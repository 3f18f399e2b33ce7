#pragma once
/// A term of the contrastive loss.

#include <cstdint>

namespace m2grl::metric {

/// Two rows of z, together (d²) or apart (max(0, margin − d)²).
struct pair_term {
  std::uint32_t a = 0, b = 0;
  bool together = false;
};

}  // namespace m2grl::metric
