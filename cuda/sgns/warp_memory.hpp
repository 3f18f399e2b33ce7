#pragma once
/// What one warp of the SGNS kernel keeps on chip, and how it is laid out.

#include <cstddef>
#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"

namespace m2grl::cuda {

/// Columns of a row that a warp holds in registers at once: 4 a lane.
inline constexpr std::uint32_t panel_columns = 128;
/// Up to this many output rows stay in registers while a centre trains.
inline constexpr std::uint32_t tile_outputs = 8;

/// The padded dims that kernels are compiled for.
inline constexpr std::uint32_t padded_dims[] = {32, 64, 128, 256, 512, 1024};
/// The narrowest that holds `dim`, 1 … 1024.
[[nodiscard]] constexpr std::uint32_t padded_columns(std::uint32_t dim) noexcept {
  const std::uint32_t* found = padded_dims;
  while (*found < dim) ++found;
  return *found;
}
/// Kernels from this padded dim on can keep a warp's memory off the chip, where a long ring outgrows a block's shared
/// memory; below it, the longest fits on every GPU.
inline constexpr std::uint32_t least_off_chip_columns = 512;
/// At most so many warps then share a launch, which bounds their memory: some hundred MB.
inline constexpr std::uint32_t most_off_chip_warps = 1024;

/// A row of the ring: one copy for all positions that hold the same node.
struct ring_copy {
  std::uint32_t id;
  std::uint32_t positions;  ///< of the ring that refer to it; 0: free
  float accumulated;        ///< AdaGrad's accumulator as it was loaded
  float added_square;       ///< what this visit adds to it
};

/// The part of a warp's memory whose size is known when compiling.
struct warp_arrays {
  kernel::trainer_arrays trainer;
  ring_copy copies[kernel::max_ring];
  std::uint32_t copy_of[kernel::max_ring];  ///< [slot]
  float input_rate[kernel::max_contexts];   ///< AdaGrad: of the window's rows, and what they add to their squares
  float input_square[kernel::max_contexts];
  float output_rate[kernel::max_outputs];
};

/// Where the other parts begin, in floats from the end of warp_arrays.
struct warp_layout {
  std::uint32_t columns = 0;    ///< of a ring row: the padded dim
  std::uint32_t ring_rows = 0;  ///< as many as the ring has slots
  std::uint32_t contexts = 0;   ///< at most, of a window
  std::uint32_t outputs = 0;    ///< 1 + K

  M2GRL_HOST_DEVICE static warp_layout of(const kernel::sgns_options& o, std::uint32_t columns) {
    return {columns, kernel::ring_size_of(o), o.past ? o.radius : 2 * o.radius, 1 + o.negatives};
  }

  /// More outputs than a tile holds, or rows wider than a panel, wait in shared memory while a panel trains.
  [[nodiscard]] M2GRL_HOST_DEVICE bool staged_outputs(bool adagrad) const {
    return outputs > tile_outputs || columns > panel_columns || adagrad;
  }
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t panel_width() const {
    return columns < panel_columns ? columns : panel_columns;
  }
  /// Behind the ring's rows as they are and as they were loaded.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t stage() const { return 2 * ring_rows * columns; }
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t logits(bool adagrad) const {
    return stage() + (staged_outputs(adagrad) ? outputs * panel_width() : 0);
  }
  /// From one context's logits to the next one's: whole vectors of 4, as many as a tile has.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t logit_stride() const {
    return outputs <= tile_outputs ? tile_outputs : (outputs + 3) / 4 * 4;
  }
  /// Of the whole, a multiple of 128.
  [[nodiscard]] M2GRL_HOST_DEVICE std::size_t bytes(bool adagrad) const {
    const std::size_t sum = sizeof(warp_arrays) + sizeof(float) * (logits(adagrad) + contexts * logit_stride());
    return (sum + 127) / 128 * 128;
  }
};
static_assert(sizeof(warp_arrays) % 16 == 0);

}  // namespace m2grl::cuda
