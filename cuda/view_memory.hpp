#pragma once
/// One view on the device: its tables, samplers and sequences, and the launches that train it.

#include <cstdint>
#include <memory>

#include "cuda/device_table.hpp"
#include "cuda/graph/device_graph.hpp"
#include "cuda/memory_plan.hpp"
#include "cuda/round_state.hpp"
#include "cuda/runtime/placed_array.hpp"
#include "cuda/sgns/sgns_state.hpp"
#include "cuda/walk/device_walker.hpp"
#include "m2grl/model.hpp"
#include "train/problem.hpp"

namespace m2grl::cuda {

/// Input and output table of a view.
struct device_tables {
  device_table input, output;
};

class view_memory {
 public:
  /// View `v` of the problem, which starts from `initial`; `largest_slice`: its most sequences or walks in a round.
  /// Sequences and graph lie where the plan puts them; a graph that the problem lacks is built, on `stream` or by the
  /// host, again as planned. Throws out_of_memory.
  view_memory(const problem& p, std::size_t v, const view_tables& initial, std::uint64_t largest_slice,
              const memory_plan& plan, cudaStream_t stream);

  /// Enqueues the round's training. Pointers and grids are the same every time.
  void enqueue(task_round* task, const round_state* round, cudaStream_t stream) const;
  /// Waits for `stream`, then copies both tables to the host; the input table alone where it is
  /// the output table, too.
  void download(view_tables& to, cudaStream_t stream) const;
  /// Hands both tables over; nothing may be enqueued after that.
  [[nodiscard]] device_tables take() { return std::move(tables_); }

  /// Tables and AdaGrad's sums of view `v`, in device memory.
  [[nodiscard]] std::vector<state_part> state(std::size_t v);

  /// The input table, for alignment.
  [[nodiscard]] const table_ref& inputs() const noexcept { return sgns_.arguments().inputs; }

 private:
  void place_sequences(const view_task& task, const memory_plan& plan);
  void place_walks(const problem& p, const view_task& task, std::uint64_t largest_slice, const memory_plan& plan,
                   cudaStream_t stream);

  device_tables tables_;  // the output table has no rows where it is tied to the input's
  bool tied_;
  sgns_state sgns_;
  placed_array<std::uint64_t> offsets_;
  placed_array<std::uint32_t> ids_;
  device_graph graph_;
  std::unique_ptr<device_walker> walker_;  ///< or none: sequences are sessions
  sequence_source sequences_;
};

}  // namespace m2grl::cuda
