#include "cuda/runtime/check.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/sgns/train_slice.hpp"

namespace m2grl::cuda {
namespace {

// The ring of dim 128, radius 5 lets 16 warps onto an SM of 228 KB; at their 128 registers a thread some kernels spill,
// at the 168 of 12 warps none does. Not yet measured which is faster.
constexpr std::uint32_t least_blocks_per_sm = 3;

template <std::uint32_t Columns, bool Adagrad, class Element>
__global__ void __launch_bounds__(most_warps_per_block* warp_lanes, least_blocks_per_sm)
    train_sequences(const __grid_constant__ sgns_arguments a) {
  extern __shared__ __align__(128) unsigned char memory[];
  const warp_layout layout = warp_layout::of(a.options, Columns);
  const std::uint32_t warp_number = (blockIdx.x * blockDim.x + threadIdx.x) / warp_lanes;
  unsigned char* mine = memory + threadIdx.x / warp_lanes * layout.bytes(Adagrad);
  if constexpr (Columns >= least_off_chip_columns) {  // narrower kernels know that it is shared memory
    if (a.off_chip != nullptr) mine = off_chip_memory(a, layout.bytes(Adagrad), warp_number);
  }
  train_slice<Columns, Adagrad, Element>(a, layout, *reinterpret_cast<warp_arrays*>(mine), warp_number,
                                         gridDim.x * (blockDim.x / warp_lanes));
}

__global__ void begin_round(task_round* tasks, std::uint32_t count, const task_start* starts, weight_policy policy,
                            std::uint32_t intra_tasks) {
  // One thread: a weight depends on the log-variances of all, which no other task changes here.
  for (std::uint32_t t = 0; t < count; ++t) begin_task(tasks, t, starts[t], policy, intra_tasks);
}

__global__ void begin_lone_step(task_round* task, round_state* round, const round_state now, item_range slice) {
  *round = now;
  begin_step(*task, slice);
}

using kernel_function = void (*)(sgns_arguments);
struct instance {
  std::uint32_t columns;
  kernel_function of[2][2];  ///< [AdaGrad][bf16]
};
template <std::uint32_t Columns>
constexpr instance instance_of = {Columns,
                                  {{train_sequences<Columns, false, float>, train_sequences<Columns, false, bf16>},
                                   {train_sequences<Columns, true, float>, train_sequences<Columns, true, bf16>}}};
const instance instances[] = {instance_of<32>,  instance_of<64>,  instance_of<128>,
                              instance_of<256>, instance_of<512>, instance_of<1024>};

const instance& instance_for(std::uint32_t dim) {
  const instance* found = instances;
  while (found->columns < padded_columns(dim)) ++found;
  return *found;
}

kernel_function function_of(const instance& i, const sgns_variant& v) {
  return i.of[v.adagrad ? 1 : 0][v.bf16 ? 1 : 0];
}

}  // namespace

sgns_grid plan_sgns_grid(const kernel::sgns_options& options, std::uint32_t dim, sgns_variant variant,
                         std::uint64_t sequences) {
  const instance& chosen = instance_for(dim);
  return plan_sgns_grid_of(reinterpret_cast<const void*>(function_of(chosen, variant)), chosen.columns, options,
                           variant, sequences);
}

void launch_sgns(const sgns_arguments& arguments, const sgns_grid& grid, cudaStream_t stream) {
  const kernel_function function = function_of(instance_for(grid.columns), grid.variant);
  function<<<grid.blocks, grid.warps_per_block * warp_lanes, grid.shared_bytes, stream>>>(arguments);
  check_launch("the SGNS kernel");
}

void launch_begin_round(task_round* tasks, std::uint32_t count, const task_start* starts, weight_policy policy,
                        std::uint32_t intra_tasks, cudaStream_t stream) {
  begin_round<<<1, 1, 0, stream>>>(tasks, count, starts, policy, intra_tasks);
  check_launch("the round's first kernel");
}

void launch_begin_step(task_round* task, round_state* round, const round_state& now, item_range slice,
                       cudaStream_t stream) {
  begin_lone_step<<<1, 1, 0, stream>>>(task, round, now, slice);
  check_launch("the step's first kernel");
}

}  // namespace m2grl::cuda
