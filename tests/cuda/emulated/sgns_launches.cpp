/// Doubles of the SGNS launches: the kernel's own body, the warps of the grid in turn.
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

#include "cuda/runtime/check.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/sgns/train_slice.hpp"
#include "device.hpp"
#include "turns.hpp"

namespace m2grl::cuda {
namespace {

/// A warp's share of a block's shared memory, full of NaN.
class warp_store {
 public:
  explicit warp_store(std::size_t bytes) : memory_(static_cast<unsigned char*>(::operator new(bytes, alignment))) {
    std::memset(memory_.get(), 0xFF, bytes);
  }
  [[nodiscard]] warp_arrays& arrays() const { return *reinterpret_cast<warp_arrays*>(memory_.get()); }

 private:
  static constexpr std::align_val_t alignment{128};
  struct release {
    void operator()(unsigned char* memory) const { ::operator delete(memory, alignment); }
  };
  std::unique_ptr<unsigned char, release> memory_;
};

void check_arguments(const sgns_arguments& a) {
  emulated::need_array(a.task, 1, "a task");
  emulated::need_array(a.round, 1, "a round");
  emulated::need_array(a.sequences.offsets, a.sequences.rows + 1, "offsets");
  emulated::need_array(a.options.sampler.entries, a.options.sampler.size, "an alias table");
  for (const table_ref& t : {a.inputs, a.outputs}) {
    emulated::need(t.data, t.stride, "a table");
    emulated::need_array(t.factors, 1, "factors");
    emulated::need_array(t.squares, 1, "AdaGrad's sums");
  }
}

template <std::uint32_t Columns, bool Adagrad, class Element>
void train_sequences(const sgns_arguments& a, const sgns_grid& grid) {
  check_arguments(a);
  const warp_layout layout = warp_layout::of(a.options, Columns);
  const std::size_t bytes = layout.bytes(Adagrad);
  if (a.off_chip == nullptr && grid.warps_per_block * bytes > grid.shared_bytes) {
    emulated::report("the SGNS kernel was given less shared memory than its warps take");
  }
  emulated::need(a.off_chip, grid.warps() * bytes, "memory of warps");
  emulated::turns warps;
  warps.run(grid.warps(), [&](std::uint32_t number, const std::function<void()>& pause) {
    if (a.off_chip != nullptr) {
      auto& arrays = *reinterpret_cast<warp_arrays*>(off_chip_memory(a, bytes, number));
      train_slice<Columns, Adagrad, Element>(a, layout, arrays, number, grid.warps(), pause);
    } else {
      const warp_store memory(bytes);
      train_slice<Columns, Adagrad, Element>(a, layout, memory.arrays(), number, grid.warps(), pause);
    }
  });
}

using host_kernel = void (*)(const sgns_arguments&, const sgns_grid&);

template <std::uint32_t Columns>
host_kernel instance_of(sgns_variant v) {
  if (v.adagrad) return v.bf16 ? train_sequences<Columns, true, bf16> : train_sequences<Columns, true, float>;
  return v.bf16 ? train_sequences<Columns, false, bf16> : train_sequences<Columns, false, float>;
}

/// The padded dims that are compiled here: fewer than a device's.
std::uint32_t columns_for(std::uint32_t dim) {
  if (dim > 512) throw std::logic_error("the emulated device trains dims up to 512");
  return dim <= 32 ? 32 : dim <= 128 ? 128 : 512;
}

host_kernel kernel_for(std::uint32_t columns, sgns_variant v) {
  if (columns == 32) return instance_of<32>(v);
  return columns == 128 ? instance_of<128>(v) : instance_of<512>(v);
}

}  // namespace

sgns_grid plan_sgns_grid(const kernel::sgns_options& options, std::uint32_t dim, sgns_variant variant,
                         std::uint64_t sequences) {
  const std::uint32_t columns = columns_for(dim);
  return plan_sgns_grid_of(reinterpret_cast<const void*>(kernel_for(columns, variant)), columns, options, variant,
                           sequences);
}

void launch_sgns(const sgns_arguments& arguments, const sgns_grid& grid, cudaStream_t stream) {
  const host_kernel kernel = kernel_for(grid.columns, grid.variant);
  emulated::launch(
      "the SGNS kernel",
      {grid.blocks, grid.warps_per_block * warp_lanes, grid.shared_bytes, reinterpret_cast<const void*>(kernel)},
      stream, [=] { kernel(arguments, grid); });
  check_launch("the SGNS kernel");
}

void launch_begin_round(task_round* tasks, std::uint32_t count, const task_start* starts, weight_policy policy,
                        std::uint32_t intra_tasks, cudaStream_t stream) {
  emulated::launch("the round's first kernel", {}, stream, [=] {
    emulated::need_array(tasks, count, "tasks");
    emulated::need_array(starts, count, "starts");
    for (std::uint32_t t = 0; t < count; ++t) begin_task(tasks, t, starts[t], policy, intra_tasks);
  });
  check_launch("the round's first kernel");
}

void launch_begin_step(task_round* task, round_state* round, const round_state& now, item_range slice,
                       cudaStream_t stream) {
  emulated::launch("the step's first kernel", {}, stream, [=] {
    emulated::need_array(task, 1, "a task");
    emulated::need_array(round, 1, "a round");
    *round = now;
    begin_step(*task, slice);
  });
  check_launch("the step's first kernel");
}

}  // namespace m2grl::cuda
