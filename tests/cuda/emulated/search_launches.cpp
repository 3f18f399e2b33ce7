/// Double of the selection launch: the kernel's own body, a warp a query, the last first.
#include <vector>

#include "cuda/runtime/check.hpp"
#include "cuda/search/select_launch.hpp"
#include "device.hpp"

namespace m2grl::cuda {

void launch_selection(const select_task& task, cudaStream_t stream) {
  constexpr unsigned block_warps = 4;
  const unsigned blocks = (task.query_count + block_warps - 1) / block_warps;
  emulated::launch("select_kernel", {blocks, block_warps * warp_lanes}, stream, [task] {
    emulated::need_array(task.lists, std::size_t{task.query_count} * task.k, "the lists");
    std::vector<selected_node> on_chip(task.k);
    for (std::uint32_t query = task.query_count; query-- > 0;) selection(warp(), task, query, on_chip.data()).run();
  });
  check_launch("select_kernel");
}

}  // namespace m2grl::cuda
