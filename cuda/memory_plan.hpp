#pragma once
/// What a training problem takes of a device's memory, and what of it stays in page-locked host memory where the
/// device is too small. Host logic: it needs no device, and no CUDA.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cuda/runtime/devices.hpp"
#include "cuda/runtime/sizes.hpp"
#include "train/problem.hpp"

namespace m2grl::cuda {

enum class memory_use : std::uint8_t {
  tables,     ///< input and output tables of a view
  optimiser,  ///< its AdaGrad accumulators and the moments of alignment's Adam
  samplers,   ///< its negative sampler, subsampling thresholds and hot-row factors
  sequences,  ///< of a view trained on sessions
  graph,      ///< CSR of a view trained on walks
  building,   ///< of the largest graph that the problem lacks, for a while; in host memory: the host builds graphs
  off_chip,   ///< rings of the SGNS kernel that exceed shared memory
  walks,      ///< a round's walks
  links,      ///< linked nodes, their counts and samplers, of a link
  alignment,  ///< W and its batches' work space
  blas,       ///< cuBLAS's work space
};

struct memory_part {
  memory_use use;
  std::size_t task = 0;  ///< views first, as in problem; 0 for what all share
  std::string name;      ///< "tables of item"
  std::uint64_t bytes = 0;
  std::uint64_t epoch_bytes = 0;  ///< read of it in an epoch, at least; 0: not told
  memory_place place = memory_place::device;
};

struct memory_plan {
  std::vector<memory_part> parts;  ///< none of 0 bytes
  std::uint64_t free_bytes = 0;    ///< of the device, before any part was allocated
  std::uint64_t reserve_bytes = 0;

  [[nodiscard]] std::uint64_t bytes(memory_place place) const;
  /// Where a part lies; the device for parts that the plan does not hold.
  [[nodiscard]] memory_place place_of(memory_use use, std::size_t task) const;
};

/// Left free for what nobody plans: captured graphs, the kernels' own memory, rounding of allocations.
inline constexpr std::uint64_t default_reserve_bytes = std::uint64_t{512} << 20;

/// Lists the parts. `largest_slices` [tasks]: the most items of each task in a round (schedule::largest_slices()).
/// Where the parts exceed what is free less the reserve, graphs are built by the host, then sequences move to host
/// memory, the largest first, then graphs in the same manner, until the rest fits. Throws out_of_memory, which names
/// the bytes wanted and free, where it does not fit even then.
[[nodiscard]] memory_plan plan_memory(const problem& p, std::span<const std::uint64_t> largest_slices,
                                      const device_room& device, std::uint64_t reserve_bytes = default_reserve_bytes);

/// One line for each part, the largest first, and one for the whole. Parts in host memory say what reading them over
/// the bus takes.
[[nodiscard]] std::vector<std::string> describe(const memory_plan& plan);

}  // namespace m2grl::cuda
