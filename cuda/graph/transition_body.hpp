#pragma once
/// The bodies of building a transition graph: an event, an edge or a row each, without a thread in them.

#include <cstdint>

#include "graph/edge_key.hpp"
#include "m2grl/kernel/host_device.hpp"

namespace m2grl::cuda {

using graph_detail::edge_key;

/// Sequences end to end. Trivially copyable.
struct event_run {
  const std::uint32_t* ids = nullptr;      ///< [events]
  const std::uint8_t* starts = nullptr;    ///< [events] 1 where a sequence starts
  const std::uint32_t* weights = nullptr;  ///< [events], or null: 1 each
  std::uint64_t events = 0;
};

/// Weight of the transition from event i to the next one; 0: there is none.
M2GRL_HOST_DEVICE inline std::uint32_t transition_weight(const event_run& run, std::uint64_t i) {
  if (i + 1 >= run.events || run.starts[i + 1] != 0 || run.ids[i] == run.ids[i + 1]) return 0;
  if (run.weights == nullptr) return 1;
  return run.weights[i] < run.weights[i + 1] ? run.weights[i] : run.weights[i + 1];
}

/// Keys to be sorted, and their weights: one for each event's transition; undirected, [events] more for the way back.
/// Where there is no transition the key is edge_key::none(), which sorts behind every edge.
struct transition_slots {
  std::uint64_t* keys = nullptr;
  std::uint32_t* weights = nullptr;  ///< null where every transition counts 1
};

M2GRL_HOST_DEVICE inline void write_transition(const event_run& run, edge_key key, bool directed, std::uint64_t i,
                                               const transition_slots& out) {
  const std::uint32_t weight = transition_weight(run, i);
  out.keys[i] = weight > 0 ? key(run.ids[i], run.ids[i + 1]) : key.none();
  if (out.weights != nullptr) out.weights[i] = weight;
  if (directed) return;
  out.keys[run.events + i] = weight > 0 ? key(run.ids[i + 1], run.ids[i]) : key.none();
  if (out.weights != nullptr) out.weights[run.events + i] = weight;
}

/// Distinct edges in order, to become rows. Trivially copyable.
struct sorted_edges {
  const std::uint64_t* keys = nullptr;  ///< [edges] ascending
  const std::uint64_t* sums = nullptr;  ///< [edges] prefix sums of the weights, inclusive, over all edges
  std::uint64_t edges = 0;
};

/// The first edge of row u: the number of edges of the rows before.
M2GRL_HOST_DEVICE inline std::uint64_t row_begin(const sorted_edges& sorted, edge_key key, std::uint64_t u) {
  const std::uint64_t wanted = u << key.shift;
  std::uint64_t low = 0, high = sorted.edges;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (sorted.keys[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Writes edge e's column and its prefix sum within its row. False where that sum is ≥ 2^32.
M2GRL_HOST_DEVICE inline bool finish_edge(const sorted_edges& sorted, edge_key key, const std::uint64_t* offsets,
                                          std::uint64_t e, std::uint32_t* columns, std::uint32_t* cumulative) {
  const std::uint64_t begin = offsets[key.from(sorted.keys[e])];
  const std::uint64_t sum = sorted.sums[e] - (begin == 0 ? 0 : sorted.sums[begin - 1]);
  columns[e] = key.to(sorted.keys[e]);
  cumulative[e] = static_cast<std::uint32_t>(sum);
  return sum >> 32 == 0;
}

}  // namespace m2grl::cuda
