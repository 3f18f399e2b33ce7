#include <algorithm>

#include "cuda/runtime/check.hpp"
#include "cuda/walk/walk.hpp"

namespace m2grl::cuda {
namespace {

constexpr unsigned block_threads = 256;
// Blocks on a processor that leave each thread registers enough without spilling: 40, and 48 for node2vec.
template <bool SecondOrder>
constexpr unsigned resident_blocks = SecondOrder ? 5 : 6;

template <bool SecondOrder>
__global__ void __launch_bounds__(block_threads, resident_blocks<SecondOrder>)
    walk_kernel(const walk_task task, const round_state* round, const task_round* task_state, const walk_buffers out) {
  draw_walks<SecondOrder>(task, round->epoch, task_state->slice, out,
                          std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x, std::uint64_t{gridDim.x} * blockDim.x);
}

}  // namespace

unsigned walk_grid(bool second_order, std::uint64_t capacity) {
  int device = 0, processors = 0, resident = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  check(second_order ? cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, walk_kernel<true>, block_threads, 0)
                     : cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, walk_kernel<false>, block_threads, 0),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  const std::uint64_t filled = std::uint64_t(processors) * std::uint64_t(resident);
  const std::uint64_t wanted = (capacity + block_threads - 1) / block_threads;
  return static_cast<unsigned>(std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(filled, 1)));
}

void launch_walks(const walk_task& task, const round_state* round, const task_round* task_state,
                  const walk_buffers& out, unsigned grid, cudaStream_t stream) {
  if (task.options.second_order) {
    walk_kernel<true><<<grid, block_threads, 0, stream>>>(task, round, task_state, out);
  } else {
    walk_kernel<false><<<grid, block_threads, 0, stream>>>(task, round, task_state, out);
  }
  check_launch("walk_kernel");
}

}  // namespace m2grl::cuda
