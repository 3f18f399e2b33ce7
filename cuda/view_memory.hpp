#pragma once
/// One view on the device: its tables, samplers and sequences, and the launches that train it.

#include <cstdint>
#include <vector>

#include "cuda/round_state.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/table_ref.hpp"
#include "m2grl/model.hpp"
#include "train/problem.hpp"

namespace m2grl::cuda {

class view_memory {
 public:
  /// View `v` of the problem, which starts from `initial`; `largest_slice`: sequences or walks in a round, at most.
  view_memory(const problem& p, std::size_t v, const view_tables& initial, std::uint64_t largest_slice);

  /// Enqueues the round's training. Pointers and grids are the same every time.
  void enqueue(task_round* task, const round_state* round, cudaStream_t stream) const;
  /// Waits for `stream`, then copies both tables to the host.
  void download(view_tables& to, cudaStream_t stream) const;

  [[nodiscard]] table_ref inputs();
  [[nodiscard]] table_ref outputs();

 private:
  std::size_t stride_;
  device_array<float> input_, output_;                  ///< [nodes, stride]
  device_array<float> input_factors_, output_factors_;  ///< of hot rows [nodes], or empty
  device_array<float> input_squares_, output_squares_;  ///< AdaGrad's accumulators [nodes], or empty
  device_array<kernel::alias_entry> noise_;
  device_array<std::uint32_t> keep_;
  device_array<std::uint64_t> offsets_;
  device_array<std::uint32_t> ids_;
  sgns_grid grid_;
  sgns_arguments arguments_;
};

}  // namespace m2grl::cuda
