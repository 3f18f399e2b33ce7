#include "cuda/runtime/check.hpp"
#include "cuda/walk/walk.hpp"

namespace m2grl::cuda {
namespace {

// Blocks on a processor that leave each thread registers enough without spilling: 40, and 48 for node2vec.
template <bool SecondOrder>
constexpr unsigned resident_blocks = SecondOrder ? 5 : 6;

template <bool SecondOrder>
__global__ void __launch_bounds__(walk_threads, resident_blocks<SecondOrder>)
    walk_kernel(const walk_task task, const round_state* round, const task_round* task_state, const walk_buffers out) {
  draw_walks<SecondOrder>(task, round->epoch, task_state->slice, out,
                          std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x, std::uint64_t{gridDim.x} * blockDim.x);
}

}  // namespace

unsigned walk_grid(bool second_order, std::uint64_t capacity) {
  return walk_grid_of(second_order ? reinterpret_cast<const void*>(&walk_kernel<true>)
                                   : reinterpret_cast<const void*>(&walk_kernel<false>),
                      capacity);
}

void launch_walks(const walk_task& task, const round_state* round, const task_round* task_state,
                  const walk_buffers& out, unsigned grid, cudaStream_t stream) {
  if (task.options.second_order) {
    walk_kernel<true><<<grid, walk_threads, 0, stream>>>(task, round, task_state, out);
  } else {
    walk_kernel<false><<<grid, walk_threads, 0, stream>>>(task, round, task_state, out);
  }
  check_launch("walk_kernel");
}

}  // namespace m2grl::cuda
