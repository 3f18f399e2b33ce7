/// Shims of the alignment task's bodies: which warp works on what.
#include "cuda/align/align_launch.hpp"
#include "cuda/align/draw_pairs.hpp"
#include "cuda/align/link_rows.hpp"
#include "cuda/align/step_relation.hpp"
#include "cuda/align/train_pair.hpp"
#include "cuda/finish_task.cuh"
#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {
namespace {

constexpr std::uint32_t block_warps = 8;
constexpr std::uint32_t block_threads = block_warps * warp_lanes;
constexpr std::uint32_t draw_threads = 2 * warp_lanes;  // a lane draws a pair: small blocks reach more SMs

/// Of the grid.
__device__ std::uint32_t warp_number() { return (blockIdx.x * blockDim.x + threadIdx.x) / warp_lanes; }

std::uint32_t blocks_for(std::uint32_t items, std::uint32_t per_block) { return (items + per_block - 1) / per_block; }

__global__ void __launch_bounds__(draw_threads) draw_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  draw_pairs(warp(), l, batch, warp_number() * warp_lanes);
}

using row_body = void (*)(const warp&, const link_batch&, std::uint32_t, std::uint32_t);

/// A warp for each row of both sides.
template <row_body Body>
__global__ void __launch_bounds__(block_threads) row_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  const std::uint32_t slot = warp_number();
  if (slot < l.a.capacity + l.b.capacity) Body(warp(), l, batch, slot);
}

template <row_body Body>
void launch_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  row_kernel<Body><<<blocks_for(l.a.capacity + l.b.capacity, block_warps), block_threads, 0, stream>>>(l, batch);
}

template <std::uint32_t Columns>
__global__ void __launch_bounds__(block_threads)
    pair_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  train_pair<Columns>(warp(), l, batch, warp_number());
}

template <std::uint32_t Columns>
void launch_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  pair_kernel<Columns><<<blocks_for(l.batch_pairs, block_warps), block_threads, 0, stream>>>(l, batch);
}

__global__ void __launch_bounds__(block_threads)
    step_kernel(const __grid_constant__ link_batch l, std::uint32_t batch) {
  step_matrix(l, batch, blockIdx.x * blockDim.x + threadIdx.x);
  if (warp_number() != 0) return;
  const kernel::loss_tally tally = close_batch(warp(), l, batch);
  // The round's launches end with the last batch that is not empty.
  if (threadIdx.x == 0 && tally.pairs > 0) finish_launch(*l.task, *l.round, tally, batches_of(l));
}

}  // namespace

void launch_draw_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  draw_kernel<<<blocks_for(l.batch_pairs, draw_threads), draw_threads, 0, stream>>>(l, batch);
  check_launch("draw_kernel");
}

void launch_gather_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_rows<gather_row>(l, batch, stream);
  check_launch("row_kernel<gather_row>");
}

void launch_activate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  if (!l.sigmoid) return;
  launch_rows<activate_row>(l, batch, stream);
  check_launch("row_kernel<activate_row>");
}

void launch_train_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  const std::uint32_t columns = 1 + l.draws.negatives;
  if (columns <= 8) {
    launch_pairs<8>(l, batch, stream);
  } else if (columns <= 16) {
    launch_pairs<16>(l, batch, stream);
  } else {
    launch_pairs<32>(l, batch, stream);
  }
  check_launch("pair_kernel");
}

void launch_backpropagate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  if (!l.sigmoid) return;
  launch_rows<backpropagate_row>(l, batch, stream);
  check_launch("row_kernel<backpropagate_row>");
}

void launch_scatter_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_rows<scatter_row>(l, batch, stream);
  check_launch("row_kernel<scatter_row>");
}

void launch_step_relation(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  const std::uint32_t elements = l.matrices * l.relation_stride * l.stride;
  step_kernel<<<blocks_for(elements, block_threads), block_threads, 0, stream>>>(l, batch);
  check_launch("step_kernel");
}

}  // namespace m2grl::cuda
