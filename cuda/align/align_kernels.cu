/// Shims of the alignment task's bodies: which warp works on what.
#include "cuda/align/align_grid.hpp"
#include "cuda/align/align_launch.hpp"
#include "cuda/align/draw_pairs.hpp"
#include "cuda/align/link_rows.hpp"
#include "cuda/align/step_relation.hpp"
#include "cuda/align/train_pair.hpp"
#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {
namespace {

/// Of the grid.
__device__ std::uint32_t warp_number() { return (blockIdx.x * blockDim.x + threadIdx.x) / warp_lanes; }

__global__ void __launch_bounds__(align_draw_threads)
    draw_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  draw_pairs(warp(), l, batch, warp_number() * warp_lanes);
}

using row_body = void (*)(const warp&, const link_batch&, std::uint32_t, std::uint32_t);

/// A warp for each row of both sides.
template <row_body Body>
__global__ void __launch_bounds__(align_threads) row_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  const std::uint32_t slot = warp_number();
  if (slot < l.a.capacity + l.b.capacity) Body(warp(), l, batch, slot);
}

template <row_body Body>
void launch_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  const align_grid grid = row_grid(l);
  row_kernel<Body><<<grid.blocks, grid.threads, 0, stream>>>(l, batch);
}

template <std::uint32_t Columns>
__global__ void __launch_bounds__(align_threads)
    pair_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  train_pair<Columns>(warp(), l, batch, warp_number());
}

__global__ void __launch_bounds__(align_threads)
    step_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  step_matrix(l, batch, blockIdx.x * blockDim.x + threadIdx.x);
  if (warp_number() == 0) end_batch(warp(), l, batch);
}

}  // namespace

void launch_draw_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  const align_grid grid = draw_grid(l);
  draw_kernel<<<grid.blocks, grid.threads, 0, stream>>>(l, batch);
  check_launch("draw_kernel");
}

void launch_gather_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_rows<gather_row>(l, batch, stream);
  check_launch("row_kernel<gather_row>");
}

void launch_activate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  if (l.projection == projection_kind::identity) return;
  launch_rows<activate_row>(l, batch, stream);
  check_launch("row_kernel<activate_row>");
}

void launch_train_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  const align_grid grid = pair_grid(l);
  with_pair_columns(
      l, [&]<std::uint32_t Columns>() { pair_kernel<Columns><<<grid.blocks, grid.threads, 0, stream>>>(l, batch); });
  check_launch("pair_kernel");
}

void launch_backpropagate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  if (l.projection == projection_kind::identity) return;
  launch_rows<backpropagate_row>(l, batch, stream);
  check_launch("row_kernel<backpropagate_row>");
}

void launch_scatter_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_rows<scatter_row>(l, batch, stream);
  check_launch("row_kernel<scatter_row>");
}

void launch_step_relation(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  const align_grid grid = step_grid(l);
  step_kernel<<<grid.blocks, grid.threads, 0, stream>>>(l, batch);
  check_launch("step_kernel");
}

}  // namespace m2grl::cuda
