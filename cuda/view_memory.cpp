#include "cuda/view_memory.hpp"

#include <fmt/format.h>

#include "cuda/graph/transition_graph.hpp"
#include "cuda/inputs/device_sequences.hpp"

namespace m2grl::cuda {
namespace {

device_graph copy_of(const csr_graph& graph, const view_task& task, const memory_plan& plan) {
  return device_graph(graph, plan.place_of(memory_use::graph, task.number),
                      task.input.walks.kind != walk_kind::uniform);
}

/// The graph of the view's transitions, by the device where the plan has room for that, else by the host.
device_graph built_graph(const view_task& task, const memory_plan& plan, cudaStream_t stream) {
  const view_input& in = task.input;
  if (plan.place_of(memory_use::building, 0) == memory_place::device &&
      plan.place_of(memory_use::graph, task.number) == memory_place::device) {
    return build_transition_graph(in.sequences, in.nodes, in.directed, in.event_weights, stream, in.sequences_in);
  }
  if (in.sequences_in == memory_kind::host) {
    return copy_of(m2grl::build_transition_graph(in.sequences, in.nodes, in.directed, in.event_weights), task, plan);
  }
  const ragged sequences = host_copy(in.sequences, stream);
  std::vector<std::uint32_t> weights(in.event_weights.size());
  if (!weights.empty()) download_array(in.event_weights.data(), std::span(weights), stream);
  return copy_of(m2grl::build_transition_graph(sequences, in.nodes, in.directed, weights), task, plan);
}

}  // namespace

view_memory::view_memory(const problem& p, std::size_t v, const view_tables& initial, std::uint64_t largest_slice,
                         const memory_plan& plan, cudaStream_t stream)
    : tables_{device_table(initial.input, p.cfg.precision), device_table(initial.output, p.cfg.precision)},
      tied_(p.cfg.tied),
      sgns_(p, v, tables_.input.ref(), tied_ ? tables_.input.ref() : tables_.output.ref(), p.views[v].items) {
  const view_task& task = p.views[v];
  if (task.input.source == m2grl::sequence_source::walks) {
    place_walks(p, task, largest_slice, plan, stream);
  } else {
    place_sequences(task, plan);
  }
}

void view_memory::place_sequences(const view_task& task, const memory_plan& plan) {
  const memory_place place = plan.place_of(memory_use::sequences, task.number);
  const view_input& in = task.input;
  offsets_ = placed_array<std::uint64_t>(in.sequences.offsets, in.sequences_in, place);
  ids_ = placed_array<std::uint32_t>(in.sequences.ids, in.sequences_in, place);
  sequences_.offsets = offsets_.data();
  sequences_.ids = ids_.data();
  sequences_.rows = task.items;
}

void view_memory::place_walks(const problem& p, const view_task& task, std::uint64_t largest_slice,
                              const memory_plan& plan, cudaStream_t stream) {
  graph_ = task.input.graph == nullptr ? built_graph(task, plan, stream) : copy_of(*task.input.graph, task, plan);
  walker_ =
      std::make_unique<device_walker>(graph_, task.input.walks, p.cfg.seed, task.number, task.items, largest_slice);
  sequences_.walks = walker_->walks().nodes;
  sequences_.lengths = walker_->walks().lengths;
  sequences_.numbers = walker_->walks().numbers;
  sequences_.walk_length = walker_->length();
}

void view_memory::enqueue(task_round* task, const round_state* round, cudaStream_t stream) const {
  if (walker_ != nullptr) walker_->launch(round, task, stream);
  sgns_arguments arguments = sgns_.arguments();
  arguments.sequences = sequences_;
  arguments.task = task;
  arguments.round = round;
  launch_sgns(arguments, sgns_.grid(), stream);
}

std::vector<state_part> view_memory::state(std::size_t v) {
  std::vector<state_part> parts = sgns_.state(v);
  parts.push_back(tables_.input.state(fmt::format("view.{}.input", v)));
  if (!tied_) parts.push_back(tables_.output.state(fmt::format("view.{}.output", v)));
  return parts;
}

void view_memory::download(view_tables& to, cudaStream_t stream) const {
  tables_.input.download(to.input, stream);
  if (!tied_) tables_.output.download(to.output, stream);
}

}  // namespace m2grl::cuda
