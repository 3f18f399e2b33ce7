#include "cuda/runtime/check.hpp"
#include "cuda/search/select_launch.hpp"

namespace m2grl::cuda {
namespace {

constexpr unsigned block_warps = 4;  // lists of most_selected nodes: 32 KiB of shared memory

__global__ void __launch_bounds__(block_warps* warp_lanes) select_kernel(const select_task task) {
  extern __shared__ __align__(16) unsigned char memory[];
  const std::uint32_t in_block = threadIdx.x / warp_lanes, query = blockIdx.x * block_warps + in_block;
  if (query >= task.query_count) return;  // the whole warp
  selection(warp(), task, query, reinterpret_cast<selected_node*>(memory) + in_block * task.k).run();
}

}  // namespace

void launch_selection(const select_task& task, cudaStream_t stream) {
  const unsigned blocks = (task.query_count + block_warps - 1) / block_warps;
  const std::size_t shared_bytes = std::size_t{block_warps} * task.k * sizeof(selected_node);
  select_kernel<<<blocks, block_warps * warp_lanes, shared_bytes, stream>>>(task);
  check_launch("select_kernel");
}

}  // namespace m2grl::cuda
