#pragma once
/// The walks of one view on the device: drawn round by round into buffers that its training reads next.

#include <cstdint>

#include "cuda/graph/device_graph.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/walk/walk.hpp"
#include "m2grl/config.hpp"

namespace m2grl::cuda {

class device_walker {
 public:
  /// Draws from `graph`, which must outlive it, on the current device. `items`: walks in an epoch; `capacity`: the
  /// most items of a round's slice. Throws invalid_input for options that cannot be walked, for an empty graph, or
  /// one without weights where the walks need them; out_of_memory.
  device_walker(const device_graph& graph, const walk_config& cfg, std::uint64_t seed, std::uint32_t task,
                std::uint64_t items, std::uint64_t capacity);

  /// Draws the walks of the slice and epoch that `task_state` and `round`, both in device memory, hold when the kernel
  /// runs; the slice holds at most capacity() items. Pointers and grid are the same at each call.
  void launch(const round_state* round, const task_round* task_state, cudaStream_t stream) const;

  /// What launch() writes: the walk of the slice's item i in row i. Valid as long as this walker.
  [[nodiscard]] const walk_buffers& walks() const noexcept { return buffers_; }
  [[nodiscard]] std::uint32_t length() const noexcept { return task_.length; }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return lengths_.size(); }

 private:
  walk_task task_;
  unsigned grid_ = 1;
  device_array<std::uint32_t> nodes_, lengths_;
  device_array<std::uint64_t> numbers_;
  walk_buffers buffers_;
};

}  // namespace m2grl::cuda
