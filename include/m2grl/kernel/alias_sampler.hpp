#pragma once
/// Draws from a discrete distribution in constant time with integer decisions only
/// (Walker's alias method, Vose's construction), so every backend draws the same node.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/philox.hpp"

namespace m2grl::kernel {

/// One column of an alias table: keep the column's own index when a draw is below `threshold`; 0: never.
struct alias_entry {
  std::uint32_t threshold;
  std::uint32_t alias;
};

/// Trivially copyable view of a sampler over 0 … size − 1. Without entries it is uniform.
struct alias_sampler_ref {
  const alias_entry* entries = nullptr;
  std::uint32_t size = 0;

  /// `column` and `coin` are independent uniform 32-bit draws.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t operator()(std::uint32_t column, std::uint32_t coin) const {
    const std::uint32_t index = mulhi(column, size);
    if (entries == nullptr) return index;
    const alias_entry entry = entries[index];
    return coin < entry.threshold ? index : entry.alias;
  }
};

}  // namespace m2grl::kernel
