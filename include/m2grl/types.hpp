#pragma once
/// Fundamental types shared by every part of m2grl.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "m2grl/api.hpp"

namespace M2GRL_API m2grl {

/// Dense index of a node within its view: 0 … n_v − 1.
using node_id = std::uint32_t;

/// Stands where a node has no id: an item unseen in training, a missing attribute.
inline constexpr node_id no_node = 0xFFFFFFFFu;

/// Read-only ragged array of node ids: row r is ids[offsets[r] … offsets[r + 1]).
/// `offsets` has size() + 1 entries, the first 0, never decreasing, the last ids.size().
struct ragged_ref {
  std::span<const std::uint64_t> offsets;
  std::span<const node_id> ids;

  [[nodiscard]] std::size_t size() const noexcept { return offsets.empty() ? 0 : offsets.size() - 1; }
  [[nodiscard]] std::span<const node_id> operator[](std::size_t row) const noexcept {
    return ids.subspan(offsets[row], offsets[row + 1] - offsets[row]);
  }
};

/// Owner of a ragged array of node ids: sequences of a view, or the attribute values of each item.
struct ragged {
  std::vector<std::uint64_t> offsets{0};
  std::vector<node_id> ids;

  [[nodiscard]] std::size_t size() const noexcept { return offsets.size() - 1; }
  [[nodiscard]] std::span<const node_id> operator[](std::size_t row) const noexcept { return ragged_ref(*this)[row]; }
  /// Closes the row that was appended to `ids` since the last call.
  void end_row() { offsets.push_back(ids.size()); }
  operator ragged_ref() const noexcept { return {offsets, ids}; }  // NOLINT: a view of itself
};

}  // namespace m2grl
