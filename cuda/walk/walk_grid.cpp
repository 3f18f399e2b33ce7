#include <algorithm>

#include "cuda/runtime/devices.hpp"
#include "cuda/walk/walk.hpp"

namespace m2grl::cuda {

unsigned walk_grid_of(const void* kernel, std::uint64_t capacity) {
  const std::uint64_t filled = resident_blocks(kernel, walk_threads, 0);
  const std::uint64_t wanted = (capacity + walk_threads - 1) / walk_threads;
  return static_cast<unsigned>(std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(filled, 1)));
}

}  // namespace m2grl::cuda
