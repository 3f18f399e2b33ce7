/// Shims of the metric's bodies: which warp works on what.
#include "cuda/metric/metric_launch.hpp"
#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {
namespace {

__device__ std::uint32_t thread_number() { return blockIdx.x * blockDim.x + threadIdx.x; }

__global__ void __launch_bounds__(metric_threads) gather_metric_kernel(const __grid_constant__ metric_batch b) {
  const std::uint32_t row = thread_number() / warp_lanes;
  if (row < b.row_count) gather_metric_row(warp(), b, row);
}

__global__ void __launch_bounds__(metric_threads) part_metric_kernel(const __grid_constant__ metric_batch b) {
  const std::uint32_t term = thread_number() / warp_lanes;
  if (term < b.term_count) part_metric_pair(warp(), b, term);
}

__global__ void __launch_bounds__(metric_threads)
    move_metric_kernel(const metric_matrix t, float rate, kernel::adam_correction undo) {
  const std::uint32_t i = thread_number();
  if (i < t.elements) move_metric_element(t, i, rate, undo);
}

}  // namespace

void launch_gather_metric_rows(const metric_batch& b, cudaStream_t stream) {
  gather_metric_kernel<<<blocks_for(b.row_count, metric_warps), metric_threads, 0, stream>>>(b);
  check_launch("gather_metric_kernel");
}

void launch_part_metric_pairs(const metric_batch& b, cudaStream_t stream) {
  part_metric_kernel<<<blocks_for(b.term_count, metric_warps), metric_threads, 0, stream>>>(b);
  check_launch("part_metric_kernel");
}

void launch_move_metric(const metric_matrix& t, float rate, kernel::adam_correction undo, cudaStream_t stream) {
  move_metric_kernel<<<blocks_for(t.elements, metric_threads), metric_threads, 0, stream>>>(t, rate, undo);
  check_launch("move_metric_kernel");
}

}  // namespace m2grl::cuda
