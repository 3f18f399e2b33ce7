#pragma once
/// The inter-view task on a GPU.

#include <cstdint>
#include <span>

#include "cuda/align/link_batch.hpp"
#include "cuda/round_state.hpp"
#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/table_ref.hpp"
#include "m2grl/model.hpp"
#include "train/problem.hpp"
#include "train/state_part.hpp"

namespace m2grl::cuda {

/// Trains one alignment task: the semantics of cpu::link_trainer, the same draws and the same batches. Owns the
/// links' samplers, W, b and the memory of a batch.
class link_trainer {
 public:
  /// `a`, `b`: the input tables of the linked views, which outlive the trainer; `initial`: W and b to start from;
  /// `adam_a`, `adam_b`: the moments of their rows where these move by lazy Adam.
  /// Throws out_of_memory, cuda_error; invalid_input where W has another shape than the task's.
  link_trainer(const problem& p, const link_task& task, const table_ref& a, const table_ref& b, const relation& initial,
               const kernel::adam_rows& adam_a = {}, const kernel::adam_rows& adam_b = {});

  /// Enqueues a round's training on the stream of `products`: as many batches as cover a slice of `largest_slice`
  /// pairs, of which those beyond the round's slice do nothing. Waits for nothing and allocates nothing; pointers and
  /// grids are the same every time, so it may be captured in a graph. Throws cuda_error.
  void enqueue(task_round* task, const round_state* round, std::uint64_t largest_slice, const blas& products) const;

  /// W and b of link `l`, in device memory.
  [[nodiscard]] std::vector<state_part> state(std::size_t l) const;

  /// Waits for `stream`, then copies W and b into `r`, whose matrices have their shape.
  void download(relation& r, cudaStream_t stream) const;

 private:
  void upload(const relation& initial);

  link_batch batch_;  ///< without the round's pointers; the others are into the tables and the memory below
  device_array<kernel::alias_entry> sources_, noise_;
  device_array<std::uint64_t> offsets_;
  device_array<std::uint32_t> targets_, cumulative_;
  device_array<unsigned char> arrays_;
};

}  // namespace m2grl::cuda
