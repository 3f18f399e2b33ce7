#include "cuda/graph/transition_graph.hpp"

#include "cuda/graph/transition_steps.hpp"
#include "graph/row_sums.hpp"

namespace m2grl::cuda {
namespace {

struct transitions {
  array_pair<std::uint64_t> keys;
  array_pair<std::uint32_t> weights;  ///< empty: 1 each
};

/// One slot per event and direction. The sequences' copies on the device are freed on return.
transitions list_transitions(ragged_ref sequences, edge_key key, bool directed,
                             std::span<const std::uint32_t> event_weights, cudaStream_t stream, memory_kind lie_in) {
  const std::uint64_t events = sequences.ids.size(), slots = directed ? events : 2 * events;
  const placed_array<std::uint32_t> ids(sequences.ids, lie_in, memory_place::device);
  const placed_array<std::uint32_t> weights(event_weights, lie_in, memory_place::device);
  const placed_array<std::uint64_t> offsets(sequences.offsets, lie_in, memory_place::device);
  device_array<std::uint8_t> starts(events);
  starts.zero(stream);
  mark_starts(offsets.data(), sequences.size(), starts.data(), events, stream);
  transitions listed{array_pair<std::uint64_t>(slots), array_pair<std::uint32_t>(weights.size() == 0 ? 0 : slots)};
  write_transitions({ids.data(), starts.data(), weights.data(), events}, key, directed,
                    {listed.keys.front.data(), listed.weights.front.data()}, stream);
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  return listed;
}

struct merged_edges {
  device_array<std::uint64_t> keys;  ///< distinct, ascending
  device_array<std::uint64_t> sums;  ///< of the weights of each
  std::uint64_t edges = 0;           ///< how many of them
};

merged_edges merge(transitions listed, edge_key key, cudaStream_t stream) {
  sort_transitions(listed.keys, listed.weights, key.bits(), stream);
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  listed.weights.back = {};
  const std::uint64_t slots = listed.keys.front.size();
  merged_edges merged{std::move(listed.keys.back), device_array<std::uint64_t>(slots), 0};
  merged.edges = merge_transitions(listed.keys.front.data(), listed.weights.front.data(), slots, merged.keys.data(),
                                   merged.sums.data(), stream);
  std::uint64_t last = 0;  // of the distinct keys: the slots without a transition, if there are any
  check(cudaMemcpyAsync(&last, merged.keys.data() + merged.edges - 1, sizeof(last), cudaMemcpyDeviceToHost, stream),
        "cudaMemcpyAsync from the device");
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  if (last == key.none()) --merged.edges;
  return merged;
}

device_graph make_rows(const merged_edges& merged, edge_key key, std::size_t nodes, cudaStream_t stream) {
  device_array<std::uint64_t> offsets(nodes + 1);
  device_array<std::uint32_t> columns(merged.edges), cumulative(merged.edges);
  const unsigned long long none = nodes;
  device_array<unsigned long long> first_overflow(std::span(&none, 1));
  finish_rows({merged.keys.data(), merged.sums.data(), merged.edges}, key, nodes,
              {offsets.data(), columns.data(), cumulative.data()}, first_overflow.data(), stream);
  unsigned long long row = 0;
  first_overflow.download({&row, 1}, stream);
  if (row < nodes) graph_detail::throw_row_overflow(row);
  return {std::move(offsets), std::move(columns), std::move(cumulative)};
}

}  // namespace

device_graph build_transition_graph(ragged_ref sequences, std::size_t nodes, bool directed,
                                    std::span<const std::uint32_t> event_weights, cudaStream_t stream,
                                    memory_kind lie_in) {
  if (lie_in == memory_kind::host) graph_detail::check_sequences(sequences, nodes, event_weights);
  const edge_key key(nodes);
  merged_edges merged;
  if (!sequences.ids.empty()) {
    merged = merge(list_transitions(sequences, key, directed, event_weights, stream, lie_in), key, stream);
    if (merged.edges > 0) accumulate(merged.sums.data(), merged.edges, stream);
  }
  return make_rows(merged, key, nodes, stream);
}

}  // namespace m2grl::cuda
