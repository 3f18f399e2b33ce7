#pragma once
/// The fused SGNS kernel: sequence → window → negatives → products → update of both tables → loss → s_t.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/round_state.hpp"
#include "cuda/sgns/warp_memory.hpp"
#include "cuda/table_ref.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"

namespace m2grl::cuda {

/// Where a view's sequences lie, in device memory or in host memory that the device can read.
struct sequence_source {
  /// Sessions: row r is ids[offsets[r] … offsets[r + 1]); an epoch takes them in an order of its own.
  const std::uint64_t* offsets = nullptr;
  const std::uint32_t* ids = nullptr;
  std::uint64_t rows = 0;
  /// Walks of the round's slice, in its order, instead: walk i is walks[i · walk_length …], lengths[i] nodes, and
  /// number numbers[i] of the epoch.
  const std::uint32_t* walks = nullptr;
  const std::uint32_t* lengths = nullptr;
  const std::uint64_t* numbers = nullptr;
  std::uint32_t walk_length = 0;
};

struct sgns_arguments {
  kernel::sgns_options options;  ///< the epoch is the round's; pointers are the device's
  table_ref inputs, outputs;
  std::uint32_t dim = 0;
  unsigned char* off_chip = nullptr;  ///< memory of all warps, sgns_grid::off_chip_bytes, or null: it is shared memory
  sequence_source sequences;
  task_round* task = nullptr;
  const round_state* round = nullptr;
};

/// What is chosen when compiling, beside the padded dim.
struct sgns_variant {
  bool adagrad = false;
  bool bf16 = false;  ///< rows of the tables; arithmetic is fp32
};

/// How a view's launch fills the device.
struct sgns_grid {
  std::uint32_t columns = 0;  ///< the padded dim whose kernel runs
  sgns_variant variant;
  std::uint32_t blocks = 0;
  std::uint32_t warps_per_block = 0;
  std::size_t shared_bytes = 0;    ///< of a block
  std::size_t off_chip_bytes = 0;  ///< of all warps, where one's ring exceeds a block's shared memory; else 0

  [[nodiscard]] std::uint32_t warps() const { return blocks * warps_per_block; }
};

/// As many warps as the current device holds at once, but at most one for `sequences_per_warp` sequences of an epoch of
/// `sequences`: more would train on stale rows only.
[[nodiscard]] sgns_grid plan_sgns_grid(const kernel::sgns_options& options, std::uint32_t dim, sgns_variant variant,
                                       std::uint64_t sequences);
/// The same for a kernel by its address and padded dim.
[[nodiscard]] sgns_grid plan_sgns_grid_of(const void* kernel, std::uint32_t columns,
                                          const kernel::sgns_options& options, sgns_variant variant,
                                          std::uint64_t sequences);
inline constexpr std::uint32_t most_warps_per_block = 4;
inline constexpr std::uint64_t sequences_per_warp = 64;

/// Trains the task's slice.
void launch_sgns(const sgns_arguments& arguments, const sgns_grid& grid, cudaStream_t stream);

/// The start of a round: every task's slice and weight. `starts` [tasks] in device memory.
void launch_begin_round(task_round* tasks, std::uint32_t count, const task_start* starts, weight_policy policy,
                        std::uint32_t intra_tasks, cudaStream_t stream);

/// The start of a step of one task alone: *round becomes `now`, the task's sums go on.
void launch_begin_step(task_round* task, round_state* round, const round_state& now, item_range slice,
                       cudaStream_t stream);

}  // namespace m2grl::cuda
