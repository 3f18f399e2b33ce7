#include "cuda/walk/device_walker.hpp"

#include <fmt/format.h>

#include "m2grl/error.hpp"
#include "m2grl/walks.hpp"

namespace m2grl::cuda {
namespace {

walk_task make_task(const device_graph& graph, const walk_config& cfg, std::uint64_t seed, std::uint32_t task,
                    std::uint64_t items) {
  const walk_task made{graph.ref(), make_walk_options(cfg, seed, task), items, cfg.length};
  if (graph.nodes() == 0) throw invalid_input("walks need a graph with at least one node");
  if (made.options.weighted && !graph.weighted()) {
    throw invalid_input(fmt::format("weighted walks on a graph of {} nodes whose weights were not copied to the device",
                                    graph.nodes()));
  }
  return made;
}

}  // namespace

device_walker::device_walker(const device_graph& graph, const walk_config& cfg, std::uint64_t seed, std::uint32_t task,
                             std::uint64_t items, std::uint64_t capacity)
    : task_(make_task(graph, cfg, seed, task, items)),
      grid_(walk_grid(task_.options.second_order, capacity)),
      nodes_(capacity * cfg.length),
      lengths_(capacity),
      numbers_(capacity),
      buffers_{nodes_.data(), lengths_.data(), numbers_.data()} {}

void device_walker::launch(const round_state* round, const task_round* task_state, cudaStream_t stream) const {
  launch_walks(task_, round, task_state, buffers_, grid_, stream);
}

}  // namespace m2grl::cuda
