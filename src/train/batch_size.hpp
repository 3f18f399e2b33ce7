#pragma once
/// How many linked pairs an alignment task trains at once; the same on every backend.

#include <algorithm>
#include <cstdint>

#include "train/problem.hpp"

namespace m2grl {

struct batch_size {
  std::uint32_t pairs = 0;  ///< in a whole batch
  std::uint32_t pool = 0;   ///< nodes that its negatives are picked from
};

/// At most 2^14 pairs, and at most 64 for each node of the smaller view: its rows would move on stale deltas.
[[nodiscard]] inline batch_size batch_size_of(const problem& p, const link_task& task) {
  constexpr std::uint64_t largest_batch = 1u << 14;
  constexpr std::uint32_t largest_pool = 1024;
  const std::uint64_t smaller = std::min(p.views[task.input.from].input.nodes, p.views[task.input.to].input.nodes);
  const auto pairs = static_cast<std::uint32_t>(std::min(largest_batch, 64 * smaller));
  return {pairs, std::min(largest_pool, pairs)};
}

}  // namespace m2grl
