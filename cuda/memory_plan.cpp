#include "cuda/memory_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cuda/align/link_arrays.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cuda {
namespace {

std::uint64_t bytes_of(const kernel::alias_sampler_ref& sampler) {
  return sampler.entries == nullptr ? 0 : sampler.size * sizeof(kernel::alias_entry);
}

std::uint64_t bytes_of(ragged_ref rows) { return rows.offsets.size_bytes() + rows.ids.size_bytes(); }

std::uint64_t graph_bytes(const csr_graph& graph, bool weighted) {
  return graph.offsets.size() * sizeof(std::uint64_t) + graph.edges() * sizeof(std::uint32_t) * (weighted ? 2 : 1);
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
  part_list(const problem& p, std::span<const std::uint64_t> largest_slices)
      : problem_(p), largest_slices_(largest_slices) {
    for (const view_task& view : p.views) add_view(view);
    for (const link_task& link : p.links) add_link(link);
    if (!p.links.empty()) add(memory_use::blas, 0, "cuBLAS work space", blas_workspace_bytes);
  }
  [[nodiscard]] std::vector<memory_part> take() { return std::move(parts_); }

 private:
  void add(memory_use use, std::size_t task, std::string name, std::uint64_t bytes) {
    if (bytes > 0) parts_.push_back({use, task, std::move(name), bytes});
  }

  void add_view(const view_task& view) {
    const std::uint64_t nodes = view.input.nodes;
    const auto named = [&](const char* what) { return fmt::format("{} of {}", what, view.name); };
    const std::uint64_t value_bytes = problem_.cfg.precision == table_precision::bf16 ? 2 : sizeof(float);
    add(memory_use::tables, view.number, named("tables"), 2 * nodes * padded_dim(problem_.cfg.dim) * value_bytes);
    if (problem_.cfg.optimizer == optimizer_kind::adagrad) {
      add(memory_use::optimiser, view.number, named("AdaGrad sums"), 2 * nodes * sizeof(float));
    }
    add(memory_use::samplers, view.number, named("samplers"), sampler_bytes(view));
    if (view.input.source == m2grl::sequence_source::sessions) {
      add(memory_use::sequences, view.number, named("sequences"), bytes_of(view.input.sequences));
      return;
    }
    const walk_config& walks = view.input.walks;
    add(memory_use::graph, view.number, named("graph"),
        graph_bytes(*view.input.graph, walks.kind != walk_kind::uniform));
    add(memory_use::walks, view.number, named("walks"), walk_bytes(largest_slices_[view.number], walks.length));
  }

  void add_link(const link_task& link) {
    const auto named = [&](const char* what) { return fmt::format("{} of {}", what, link.name); };
    add(memory_use::links, link.number, named("links"), link_bytes(link));
    add(memory_use::alignment, link.number, named("alignment work space"), alignment_bytes(problem_, link));
  }

  const problem& problem_;
  std::span<const std::uint64_t> largest_slices_;
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

memory_plan plan_memory(const problem& p, std::span<const std::uint64_t> largest_slices, std::uint64_t free_bytes,
                        std::uint64_t reserve_bytes) {
  memory_plan plan{part_list(p, largest_slices).take(), free_bytes, reserve_bytes};
  const std::uint64_t room = free_bytes > reserve_bytes ? free_bytes - reserve_bytes : 0;
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
    lines.push_back(fmt::format("{:<{}}  {:>10}{}", part->name, width, readable(part->bytes),
                                part->place == memory_place::device ? "" : "  in host memory"));
  }
  lines.push_back(fmt::format("{} of {} free on the device, {} in host memory",
                              readable(plan.bytes(memory_place::device)), readable(plan.free_bytes),
                              readable(plan.bytes(memory_place::pinned_host))));
  return lines;
}

}  // namespace m2grl::cuda
