#include "cuda/view_memory.hpp"

#include "train/samplers.hpp"

namespace m2grl::cuda {
namespace {

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

view_memory::view_memory(const problem& p, std::size_t v, const view_tables& initial, std::uint64_t largest_slice,
                         const memory_plan& plan)
    : input_(initial.input, p.cfg.precision), output_(initial.output, p.cfg.precision) {
  const view_task& task = p.views[v];
  arguments_.options = task.options(p.cfg, 0);
  arguments_.dim = p.cfg.dim;
  const sgns_variant variant{p.cfg.optimizer == optimizer_kind::adagrad, p.cfg.precision == table_precision::bf16};
  grid_ = plan_sgns_grid(arguments_.options, p.cfg.dim, variant, p.cfg.deterministic ? 0 : task.items);
  place_rows(p, task);
  const kernel::alias_sampler_ref noise = task.noise.ref();
  if (noise.entries != nullptr) noise_ = device_array<kernel::alias_entry>(std::span(noise.entries, noise.size));
  keep_ = device_array<std::uint32_t>(std::span<const std::uint32_t>(task.keep));
  arguments_.options.sampler.entries = pointer_or_null(noise_);
  arguments_.options.keep = pointer_or_null(keep_);
  if (task.input.source == m2grl::sequence_source::walks) {
    place_walks(p, task, largest_slice, plan);
  } else {
    place_sequences(task, plan);
  }
  // The backend's stream does not wait for the default stream, on which all this was enqueued.
  check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
}

/// Factors of hot rows for as many workers as the grid has warps, and AdaGrad's accumulators.
void view_memory::place_rows(const problem& p, const view_task& task) {
  const auto noise = negative_probabilities(task.counts, p.cfg.sampler, p.cfg.alpha);
  const hot_row_factors hot = hot_rows(task.counts, noise, p.cfg.window, p.cfg.negatives,
                                       static_cast<double>(grid_.warps()), capacity_of(p.cfg));
  input_factors_ = device_array<float>(std::span<const float>(hot.input));
  output_factors_ = device_array<float>(std::span<const float>(hot.output));
  const std::size_t accumulators = grid_.variant.adagrad ? task.input.nodes : 0;
  input_squares_ = zeros(accumulators);
  output_squares_ = zeros(accumulators);
  arguments_.inputs = inputs();
  arguments_.outputs = output_.ref();
  arguments_.outputs.factors = pointer_or_null(output_factors_);
  arguments_.outputs.squares = pointer_or_null(output_squares_);
}

void view_memory::place_sequences(const view_task& task, const memory_plan& plan) {
  const memory_place place = plan.place_of(memory_use::sequences, task.number);
  offsets_ = placed_array<std::uint64_t>(task.input.sequences.offsets, place);
  ids_ = placed_array<std::uint32_t>(task.input.sequences.ids, place);
  arguments_.sequences.offsets = offsets_.data();
  arguments_.sequences.ids = ids_.data();
  arguments_.sequences.rows = task.items;
}

void view_memory::place_walks(const problem& p, const view_task& task, std::uint64_t largest_slice,
                              const memory_plan& plan) {
  const walk_config& walks = task.input.walks;
  graph_ =
      device_graph(*task.input.graph, plan.place_of(memory_use::graph, task.number), walks.kind != walk_kind::uniform);
  walker_ = std::make_unique<device_walker>(graph_, walks, p.cfg.seed, task.number, task.items, largest_slice);
  arguments_.sequences.walks = walker_->walks().nodes;
  arguments_.sequences.lengths = walker_->walks().lengths;
  arguments_.sequences.numbers = walker_->walks().numbers;
  arguments_.sequences.walk_length = walker_->length();
}

table_ref view_memory::inputs() {
  table_ref t = input_.ref();
  t.factors = pointer_or_null(input_factors_);
  t.squares = pointer_or_null(input_squares_);
  return t;
}

void view_memory::enqueue(task_round* task, const round_state* round, cudaStream_t stream) const {
  if (walker_ != nullptr) walker_->launch(round, task, stream);
  sgns_arguments arguments = arguments_;
  arguments.task = task;
  arguments.round = round;
  launch_sgns(arguments, grid_, stream);
}

void view_memory::download(view_tables& to, cudaStream_t stream) const {
  input_.download(to.input, stream);
  output_.download(to.output, stream);
}

}  // namespace m2grl::cuda
