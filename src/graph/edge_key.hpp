#pragma once
/// An edge as one integer to sort by.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/types.hpp"

namespace m2grl::graph_detail {

/// Packs an edge u → v into one key, u first. The fields are as narrow as the node count allows:
/// a radix sort skips the bytes that are zero everywhere.
struct edge_key {
  int shift = 32;

  explicit edge_key(std::size_t nodes) : shift(std::max(1, static_cast<int>(std::bit_width(nodes)))) {}
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint64_t operator()(node_id u, node_id v) const noexcept {
    return (static_cast<std::uint64_t>(u) << shift) | v;
  }
  [[nodiscard]] M2GRL_HOST_DEVICE node_id from(std::uint64_t key) const noexcept {
    return static_cast<node_id>(key >> shift);
  }
  [[nodiscard]] M2GRL_HOST_DEVICE node_id to(std::uint64_t key) const noexcept {
    return static_cast<node_id>(key & ((std::uint64_t{1} << shift) - 1));
  }
  [[nodiscard]] M2GRL_HOST_DEVICE int bits() const noexcept { return 2 * shift; }
  /// All bits set: greater than the key of any edge, as no node has the id 2^shift − 1.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint64_t none() const noexcept { return ~std::uint64_t{0} >> (64 - bits()); }
};

}  // namespace m2grl::graph_detail
