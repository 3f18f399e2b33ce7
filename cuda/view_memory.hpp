#pragma once
/// One view on the device: its tables, samplers and sequences, and the launches that train it.

#include <cstdint>
#include <memory>

#include "cuda/device_table.hpp"
#include "cuda/graph/device_graph.hpp"
#include "cuda/memory_plan.hpp"
#include "cuda/round_state.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/runtime/placed_array.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/walk/device_walker.hpp"
#include "m2grl/model.hpp"
#include "train/problem.hpp"

namespace m2grl::cuda {

class view_memory {
 public:
  /// View `v` of the problem, which starts from `initial`; `largest_slice`: its most sequences or walks in a round.
  /// Sequences and graph lie where the plan puts them. Throws out_of_memory.
  view_memory(const problem& p, std::size_t v, const view_tables& initial, std::uint64_t largest_slice,
              const memory_plan& plan);

  /// Enqueues the round's training. Pointers and grids are the same every time.
  void enqueue(task_round* task, const round_state* round, cudaStream_t stream) const;
  /// Waits for `stream`, then copies both tables to the host.
  void download(view_tables& to, cudaStream_t stream) const;

  /// The input table, for alignment.
  [[nodiscard]] table_ref inputs();

 private:
  void place_rows(const problem& p, const view_task& task);
  void place_sequences(const view_task& task, const memory_plan& plan);
  void place_walks(const problem& p, const view_task& task, std::uint64_t largest_slice, const memory_plan& plan);

  device_table input_, output_;
  device_array<float> input_factors_, output_factors_;  ///< of hot rows [nodes], or empty
  device_array<float> input_squares_, output_squares_;  ///< AdaGrad's accumulators [nodes], or empty
  device_array<kernel::alias_entry> noise_;
  device_array<std::uint32_t> keep_;
  placed_array<std::uint64_t> offsets_;
  placed_array<std::uint32_t> ids_;
  device_graph graph_;
  std::unique_ptr<device_walker> walker_;  ///< or none: sequences are sessions
  sgns_grid grid_;
  sgns_arguments arguments_;
};

}  // namespace m2grl::cuda
