#pragma once
/// The body of the walk kernel: a lane draws whole walks, step by step. The walks are those of m2grl::walker.

#include <cstdint>

#include "cuda/round_state.hpp"
#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/walk.hpp"
#include "m2grl/kernel/walk_order.hpp"

namespace m2grl::cuda {

/// What the walks of one view are drawn from. Trivially copyable; the same in every round.
struct walk_task {
  kernel::csr_ref graph;  ///< `cumulative` may be null where the walks are uniform
  kernel::walk_options options;
  std::uint64_t items = 0;   ///< walks in an epoch
  std::uint32_t length = 0;  ///< nodes in a walk
};

/// The walks of a round, in the order of its items. Where a walk met a dead end, what follows its last node is
/// undefined.
struct walk_buffers {
  std::uint32_t* nodes = nullptr;    ///< [capacity, length]
  std::uint32_t* lengths = nullptr;  ///< [capacity] nodes in each, at least 1
  std::uint64_t* numbers = nullptr;  ///< [capacity] within the epoch: a walk's place in the random counters
};

/// Goes on from out[0]; returns the number of nodes. A block of draws serves four steps.
M2GRL_HOST_DEVICE inline std::uint32_t follow_first_order(const walk_task& task, const kernel::random_stream& stream,
                                                          std::uint32_t* out) {
  const kernel::csr_ref& g = task.graph;
  std::uint32_t at = out[0];
  for (std::uint32_t b = 0;; ++b) {
    const kernel::philox_block draws = stream.block(b);
    M2GRL_DEVICE_UNROLL
    for (std::uint32_t word = 0; word < 4; ++word) {
      const std::uint32_t step = 4 * b + word;
      if (step == 0) continue;
      if (step == task.length || g.offsets[at] == g.offsets[at + 1]) return step;
      out[step] = at = g.columns[kernel::draw_edge(g, task.options, at, draws.word[word])];
    }
  }
}

M2GRL_HOST_DEVICE inline std::uint32_t follow_second_order(const walk_task& task, const kernel::random_stream& stream,
                                                           std::uint32_t* out) {
  const kernel::csr_ref& g = task.graph;
  std::uint32_t at = out[0], before = at;
  for (std::uint32_t step = 1; step < task.length; ++step) {
    if (g.offsets[at] == g.offsets[at + 1]) return step;
    const std::uint64_t edge = kernel::draw_step(g, task.options, stream, step, at, before);
    before = at;
    out[step] = at = g.columns[edge];
  }
  return task.length;
}

/// The share of one thread among `threads` in a slice of at most `capacity` items.
template <bool SecondOrder>
M2GRL_HOST_DEVICE void draw_walks(const walk_task& task, std::uint32_t epoch, item_range slice, const walk_buffers& out,
                                  std::uint64_t thread, std::uint64_t threads) {
  const kernel::walk_options& o = task.options;
  const kernel::walk_order order(task.items, o.seed, o.task, epoch);
  for (std::uint64_t i = thread; i < slice.count; i += threads) {
    const std::uint64_t number = order(slice.first + i);
    const kernel::random_stream stream(o.seed, o.task, epoch, number, kernel::purpose::walk);
    std::uint32_t* nodes = out.nodes + i * task.length;
    nodes[0] = static_cast<std::uint32_t>(number % task.graph.nodes);
    out.numbers[i] = number;
    out.lengths[i] = SecondOrder ? follow_second_order(task, stream, nodes) : follow_first_order(task, stream, nodes);
  }
}

}  // namespace m2grl::cuda
