#include "cuda/memory_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cuda/align/link_arrays.hpp"
#include "cuda/graph/transition_peak.hpp"
#include "cuda/sgns/warp_memory.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cuda {
namespace {

std::uint64_t bytes_of(const kernel::alias_sampler_ref& sampler) {
  return sampler.entries == nullptr ? 0 : sampler.size * sizeof(kernel::alias_entry);
}

std::uint64_t bytes_of(ragged_ref rows) { return rows.offsets.size_bytes() + rows.ids.size_bytes(); }

/// Of the graph given, or of the one to be built: at most an edge for each transition.
std::uint64_t graph_bytes(const view_input& view) {
  const bool given = view.graph != nullptr, weighted = !given || view.walks.kind != walk_kind::uniform;
  const std::uint64_t edges =
      given ? view.graph->edges() : view.sequences.ids.size() * (view.directed ? std::uint64_t{1} : 2);
  return (view.nodes + 1) * sizeof(std::uint64_t) + edges * sizeof(std::uint32_t) * (weighted ? 2 : 1);
}

/// The device reads memory by sectors of 32 bytes; a step of a walk reads one for the row's offsets, one for the
/// column.
constexpr std::uint64_t step_bytes = 2 * 32;

std::uint64_t building_bytes(const problem& p) {
  std::uint64_t most = 0;
  for (const view_task& view : p.views) {
    const view_input& in = view.input;
    if (in.source != m2grl::sequence_source::walks || in.graph != nullptr) continue;
    most = std::max(most, transition_graph_peak_bytes(in.sequences.ids.size(), in.directed, !in.event_weights.empty()));
  }
  return most;
}

/// Of a launch's rings, where one exceeds a block's shared memory; launches follow each other, but each keeps its own.
std::uint64_t off_chip_bytes(const problem& p, const view_task& view, std::uint64_t block_shared_bytes) {
  const warp_layout layout = warp_layout::of(view.options(p.cfg, 0), padded_columns(p.cfg.dim));
  const std::uint64_t of_a_warp = layout.bytes(p.cfg.optimizer == optimizer_kind::adagrad);
  return of_a_warp <= block_shared_bytes ? 0 : most_off_chip_warps * of_a_warp;
}

/// Nodes, length and number of each walk.
std::uint64_t walk_bytes(std::uint64_t capacity, std::uint32_t length) {
  return capacity * (length * sizeof(node_id) + sizeof(std::uint32_t) + sizeof(std::uint64_t));
}

std::uint64_t sampler_bytes(const view_task& view) {
  const std::uint64_t hot_rows = 2 * view.input.nodes * sizeof(float);  // most devices have workers enough for some
  return bytes_of(view.noise.ref()) + view.keep.size() * sizeof(std::uint32_t) + hot_rows;
}

std::uint64_t link_bytes(const link_task& link) {
  return bytes_of(link.input.targets) + link.cumulative.size() * sizeof(std::uint32_t) + bytes_of(link.sources.ref()) +
         bytes_of(link.noise.ref());
}

/// W, and what a batch works on.
std::uint64_t alignment_bytes(const problem& p, const link_task& link) {
  return array_bytes(link_shape(p, link), p.views[link.input.from].input.nodes, p.views[link.input.to].input.nodes);
}

class part_list {
 public:
  part_list(const problem& p, std::span<const std::uint64_t> largest_slices, std::uint64_t block_shared_bytes)
      : problem_(p), largest_slices_(largest_slices), block_shared_bytes_(block_shared_bytes) {
    add(memory_use::building, 0, "graph building, for a while", building_bytes(p));
    for (const view_task& view : p.views) add_view(view);
    for (const link_task& link : p.links) add_link(link);
    if (!p.links.empty()) add(memory_use::blas, 0, "cuBLAS work space", blas_workspace_bytes);
  }
  [[nodiscard]] std::vector<memory_part> take() { return std::move(parts_); }

 private:
  void add(memory_use use, std::size_t task, std::string name, std::uint64_t bytes, std::uint64_t epoch_bytes = 0) {
    if (bytes > 0) parts_.push_back({use, task, std::move(name), bytes, epoch_bytes});
  }

  void add_view(const view_task& view) {
    const std::uint64_t nodes = view.input.nodes;
    const auto named = [&](const char* what) { return fmt::format("{} of {}", what, view.name); };
    const std::uint64_t value_bytes = problem_.cfg.precision == table_precision::bf16 ? 2 : sizeof(float);
    const std::uint64_t tables = problem_.cfg.tied ? 1 : 2;
    add(memory_use::tables, view.number, named("tables"), tables * nodes * padded_dim(problem_.cfg.dim) * value_bytes);
    if (problem_.cfg.optimizer == optimizer_kind::adagrad) {
      add(memory_use::optimiser, view.number, named("AdaGrad sums"), tables * nodes * sizeof(float));
    }
    if (problem_.moves_by_adam(view.number)) {
      const std::uint64_t row_bytes = 2 * padded_dim(problem_.cfg.dim) * sizeof(float) + sizeof(std::uint32_t);
      add(memory_use::optimiser, view.number, named("Adam moments"), nodes * row_bytes);
    }
    add(memory_use::samplers, view.number, named("samplers"), sampler_bytes(view));
    add(memory_use::off_chip, view.number, named("rings"), off_chip_bytes(problem_, view, block_shared_bytes_));
    if (view.input.source == m2grl::sequence_source::walks) {
      add(memory_use::graph, view.number, named("graph"), graph_bytes(view.input), view.positions * step_bytes);
      const std::uint32_t length = view.input.walks.length;
      add(memory_use::walks, view.number, named("walks"), walk_bytes(largest_slices_[view.number], length));
    } else if (view.input.sequences_in == memory_kind::host) {
      const std::uint64_t bytes = bytes_of(view.input.sequences);
      add(memory_use::sequences, view.number, named("sequences"), bytes, bytes);
    }
  }

  void add_link(const link_task& link) {
    const auto named = [&](const char* what) { return fmt::format("{} of {}", what, link.name); };
    add(memory_use::links, link.number, named("links"), link_bytes(link));
    add(memory_use::alignment, link.number, named("alignment work space"), alignment_bytes(problem_, link));
  }

  const problem& problem_;
  std::span<const std::uint64_t> largest_slices_;
  std::uint64_t block_shared_bytes_;
  std::vector<memory_part> parts_;
};

/// Moves parts of one use to host memory, the largest first, while the device holds more than `room`.
void relieve(memory_plan& plan, memory_use use, std::uint64_t room) {
  std::vector<memory_part*> movable;
  for (memory_part& part : plan.parts) {
    if (part.use == use) movable.push_back(&part);
  }
  std::stable_sort(movable.begin(), movable.end(), [](auto* a, auto* b) { return a->bytes > b->bytes; });
  for (memory_part* part : movable) {
    if (plan.bytes(memory_place::device) <= room) return;
    part->place = memory_place::pinned_host;
  }
}

[[noreturn]] void refuse(const memory_plan& plan) {
  std::uint64_t tables = 0;
  for (const memory_part& part : plan.parts) tables += part.use == memory_use::tables ? part.bytes : 0;
  throw out_of_memory(
      fmt::format("training needs {} bytes of device memory, {} of them for the embedding tables, even with sequences "
                  "and graphs in host memory; {} are free, {} of these kept in reserve",
                  plan.bytes(memory_place::device), tables, plan.free_bytes, plan.reserve_bytes));
}

std::string readable(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

constexpr double bus_bytes_per_second = 25e9;  // what PCIe 4 × 16 carries one way

std::string place_text(const memory_part& part) {
  if (part.place == memory_place::device) return "";
  if (part.use == memory_use::building) return "  by the host";
  return fmt::format("  in host memory: an epoch reads {} over the bus, {:.2g} s at the 25 GB/s of PCIe 4",
                     readable(part.epoch_bytes), static_cast<double>(part.epoch_bytes) / bus_bytes_per_second);
}

}  // namespace

std::uint64_t memory_plan::bytes(memory_place place) const {
  std::uint64_t sum = 0;
  for (const memory_part& part : parts) sum += part.place == place ? part.bytes : 0;
  return sum;
}

memory_place memory_plan::place_of(memory_use use, std::size_t task) const {
  for (const memory_part& part : parts) {
    if (part.use == use && part.task == task) return part.place;
  }
  return memory_place::device;
}

memory_plan plan_memory(const problem& p, std::span<const std::uint64_t> largest_slices, const device_room& device,
                        std::uint64_t reserve_bytes) {
  memory_plan plan{part_list(p, largest_slices, device.block_shared_bytes).take(), device.free_bytes, reserve_bytes};
  const std::uint64_t room = device.free_bytes > reserve_bytes ? device.free_bytes - reserve_bytes : 0;
  relieve(plan, memory_use::building, room);
  relieve(plan, memory_use::sequences, room);
  relieve(plan, memory_use::graph, room);
  if (plan.bytes(memory_place::device) > room) refuse(plan);
  return plan;
}

std::vector<std::string> describe(const memory_plan& plan) {
  std::vector<const memory_part*> order;
  std::size_t width = 0;
  for (const memory_part& part : plan.parts) {
    order.push_back(&part);
    width = std::max(width, part.name.size());
  }
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->bytes > b->bytes; });
  std::vector<std::string> lines;
  for (const memory_part* part : order) {
    lines.push_back(fmt::format("{:<{}}  {:>10}{}", part->name, width, readable(part->bytes), place_text(*part)));
  }
  lines.push_back(fmt::format("{} of {} free on the device, {} in host memory",
                              readable(plan.bytes(memory_place::device)), readable(plan.free_bytes),
                              readable(plan.bytes(memory_place::pinned_host))));
  return lines;
}

}  // namespace m2grl::cuda
