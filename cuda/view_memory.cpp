#include "cuda/view_memory.hpp"

#include <algorithm>

#include "train/samplers.hpp"

namespace m2grl::cuda {
namespace {

device_array<float> uploaded(const table& t) { return device_array<float>(std::span(t.data(), t.rows() * t.stride())); }

device_array<float> zeros(std::size_t size) {
  device_array<float> values(size);
  if (size > 0) check(cudaMemset(values.data(), 0, values.bytes()), "cudaMemset");
  return values;
}

template <class T>
T* pointer_or_null(device_array<T>& values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

view_memory::view_memory(const problem& p, std::size_t v, const view_tables& initial, std::uint64_t)
    : stride_(initial.input.stride()), input_(uploaded(initial.input)), output_(uploaded(initial.output)) {
  const view_task& task = p.views[v];
  const bool adagrad = p.cfg.optimizer == optimizer_kind::adagrad;
  const kernel::sgns_options host = task.options(p.cfg, 0);
  grid_ = plan_sgns_grid(host, p.cfg.dim, {adagrad, false}, p.cfg.deterministic ? 0 : task.items);
  const hot_row_factors hot =
      hot_rows(task.counts, negative_probabilities(task.counts, p.cfg.sampler, p.cfg.alpha), p.cfg.window,
               p.cfg.negatives, static_cast<double>(grid_.warps()), capacity_of(p.cfg));
  input_factors_ = device_array<float>(std::span<const float>(hot.input));
  output_factors_ = device_array<float>(std::span<const float>(hot.output));
  input_squares_ = zeros(adagrad ? task.input.nodes : 0);
  output_squares_ = zeros(adagrad ? task.input.nodes : 0);
  const kernel::alias_sampler_ref noise = task.noise.ref();
  if (noise.entries != nullptr) noise_ = device_array<kernel::alias_entry>(std::span(noise.entries, noise.size));
  keep_ = device_array<std::uint32_t>(std::span<const std::uint32_t>(task.keep));
  offsets_ = device_array<std::uint64_t>(task.input.sequences.offsets);
  ids_ = device_array<std::uint32_t>(task.input.sequences.ids);

  arguments_.options = host;
  arguments_.options.sampler.entries = pointer_or_null(noise_);
  arguments_.options.keep = pointer_or_null(keep_);
  arguments_.inputs = inputs();
  arguments_.outputs = outputs();
  arguments_.dim = p.cfg.dim;
  arguments_.sequences.offsets = pointer_or_null(offsets_);
  arguments_.sequences.ids = pointer_or_null(ids_);
  arguments_.sequences.rows = task.items;
}

table_ref view_memory::inputs() {
  return {input_.data(), stride_, pointer_or_null(input_factors_), pointer_or_null(input_squares_)};
}
table_ref view_memory::outputs() {
  return {output_.data(), stride_, pointer_or_null(output_factors_), pointer_or_null(output_squares_)};
}

void view_memory::enqueue(task_round* task, const round_state* round, cudaStream_t stream) const {
  sgns_arguments arguments = arguments_;
  arguments.task = task;
  arguments.round = round;
  launch_sgns(arguments, grid_, stream);
}

void view_memory::download(view_tables& to, cudaStream_t stream) const {
  input_.download({to.input.data(), input_.size()}, stream);
  output_.download({to.output.data(), output_.size()}, stream);
}

}  // namespace m2grl::cuda
