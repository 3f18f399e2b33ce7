#include "cuda/finish_task.cuh"
#include "cuda/runtime/check.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/sgns/warp_vocabulary.hpp"
#include "m2grl/kernel/permutation.hpp"

namespace m2grl::cuda {
namespace {

constexpr std::uint32_t most_warps_per_block = 4;
// The ring of dim 128, radius 5 lets 16 warps onto an SM of 228 KB; at their 128 registers a thread some kernels spill,
// at the 168 of 12 warps none does. Not yet measured which is faster.
constexpr std::uint32_t least_blocks_per_sm = 3;

/// Sequence number `item` of the round's slice.
struct found_sequence {
  const std::uint32_t* ids;
  std::uint64_t length, number;
};
__device__ found_sequence find_sequence(const sequence_source& source, const kernel::permutation& order,
                                        std::uint64_t first, std::uint64_t item) {
  if (source.walks != nullptr) {
    return {source.walks + item * source.walk_length, source.lengths[item], source.numbers[item]};
  }
  const std::uint64_t row = order(first + item);
  const std::uint64_t begin = source.offsets[row];
  return {source.ids + begin, source.offsets[row + 1] - begin, row};
}

/// The next item of the slice, the same for all lanes.
__device__ std::uint64_t claim(task_round& task) {
  unsigned long long item = 0;
  if (threadIdx.x % warp_lanes == 0) item = atomicAdd(&task.next_item, 1ull);
  return __shfl_sync(0xFFFFFFFFu, item, 0);
}

template <std::uint32_t Columns, bool Adagrad, class Element>
__global__ void __launch_bounds__(most_warps_per_block* warp_lanes, least_blocks_per_sm)
    train_sequences(const __grid_constant__ sgns_arguments a) {
  using vocabulary = warp_vocabulary<Columns, Adagrad, Element>;
  extern __shared__ __align__(128) unsigned char memory[];
  const warp_layout layout = warp_layout::of(a.options, Columns);
  // Warps and rounds round differently; a wave of warps is far below 2^16.
  const std::uint32_t warp_number = (blockIdx.x * blockDim.x + threadIdx.x) / warp_lanes;
  unsigned char* mine = memory + threadIdx.x / warp_lanes * layout.bytes(Adagrad);
  if constexpr (Columns >= least_off_chip_columns) {  // narrower kernels know that it is shared memory
    if (a.off_chip != nullptr) mine = a.off_chip + warp_number * layout.bytes(Adagrad);
  }
  auto& arrays = *reinterpret_cast<warp_arrays*>(mine);
  kernel::sgns_options options = a.options;
  options.epoch = a.round->epoch;
  task_round& task = *a.task;
  const auto rate = static_cast<float>(static_cast<double>(a.round->learning_rate) * task.weight);
  const kernel::permutation order(a.sequences.rows, options.seed, options.task, options.epoch);
  const auto rounding_seed = static_cast<std::uint32_t>(a.round->round * 0x9E3779B1u) ^ (warp_number << 8);
  vocabulary words(a.inputs, a.outputs, a.dim, rate, layout, arrays, rounding_seed);
  kernel::sequence_trainer<vocabulary> trainer(words, options, arrays.trainer);
  const item_range slice = task.slice;
  for (std::uint64_t item = claim(task); item < slice.count; item = claim(task)) {
    const found_sequence next = find_sequence(a.sequences, order, slice.first, item);
    trainer.run(next.ids, next.length, next.number);
  }
  const kernel::loss_tally tally = words.tally();
  if (threadIdx.x % warp_lanes == 0) {
    finish_launch(task, *a.round, tally, gridDim.x * (blockDim.x / warp_lanes));
  }
}

__global__ void begin_round(task_round* tasks, std::uint32_t count, const item_range* slices, weight_policy policy,
                            std::uint32_t intra_tasks) {
  // One thread: a weight depends on the log-variances of all, which no other task changes here.
  for (std::uint32_t t = 0; t < count; ++t) begin_task(tasks, t, slices[t], policy, intra_tasks);
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
  const kernel_function function = function_of(chosen, variant);
  int device = 0, most_shared = 0, processors = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&most_shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
        "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  const std::size_t of_a_warp = warp_layout::of(options, chosen.columns).bytes(variant.adagrad);
  sgns_grid grid{chosen.columns, variant, 0, most_warps_per_block, 0, 0};
  const bool on_chip = of_a_warp <= static_cast<std::size_t>(most_shared);
  while (on_chip && grid.warps_per_block * of_a_warp > static_cast<std::size_t>(most_shared)) --grid.warps_per_block;
  grid.shared_bytes = on_chip ? grid.warps_per_block * of_a_warp : 0;
  check(
      cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(grid.shared_bytes)),
      "cudaFuncSetAttribute of the SGNS kernel's shared memory");
  int blocks_each = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
            &blocks_each, function, static_cast<int>(grid.warps_per_block * warp_lanes), grid.shared_bytes),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  const std::uint64_t resident = static_cast<std::uint64_t>(blocks_each) * static_cast<std::uint64_t>(processors);
  const std::uint64_t useful = (sequences / sequences_per_warp + grid.warps_per_block - 1) / grid.warps_per_block;
  grid.blocks = static_cast<std::uint32_t>(resident < useful ? resident : useful);
  if (!on_chip && grid.blocks > most_off_chip_warps / most_warps_per_block) {
    grid.blocks = most_off_chip_warps / most_warps_per_block;
  }
  if (grid.blocks == 0) grid.blocks = 1;
  if (sequences < 2 * sequences_per_warp) {  // a handful of sequences: one warp
    grid.warps_per_block = 1;
    if (on_chip) grid.shared_bytes = of_a_warp;
  }
  if (!on_chip) grid.off_chip_bytes = grid.warps() * of_a_warp;
  return grid;
}

void launch_sgns(const sgns_arguments& arguments, const sgns_grid& grid, cudaStream_t stream) {
  const kernel_function function = function_of(instance_for(grid.columns), grid.variant);
  function<<<grid.blocks, grid.warps_per_block * warp_lanes, grid.shared_bytes, stream>>>(arguments);
  check_launch("the SGNS kernel");
}

void launch_begin_round(task_round* tasks, std::uint32_t count, const item_range* slices, weight_policy policy,
                        std::uint32_t intra_tasks, cudaStream_t stream) {
  begin_round<<<1, 1, 0, stream>>>(tasks, count, slices, policy, intra_tasks);
  check_launch("the round's first kernel");
}

void launch_begin_step(task_round* task, round_state* round, const round_state& now, item_range slice,
                       cudaStream_t stream) {
  begin_lone_step<<<1, 1, 0, stream>>>(task, round, now, slice);
  check_launch("the step's first kernel");
}

}  // namespace m2grl::cuda
