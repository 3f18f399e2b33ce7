#include <algorithm>

#include "graph/row_sums.hpp"
#include "graph/sort_keys.hpp"

namespace m2grl {
namespace {

using namespace graph_detail;  // NOLINT: this file implements one function of it

/// The transitions that start in one slice of the events, in order.
template <class Visit>
void for_each_transition(ragged_ref sequences, std::span<const std::uint32_t> event_weights, std::size_t begin,
                         std::size_t end, Visit visit) {
  const auto& [offsets, ids] = sequences;
  auto next_row = std::upper_bound(offsets.begin(), offsets.end(), begin);
  for (std::size_t i = begin; i < end; ++i) {
    while (*next_row <= i) ++next_row;
    if (i + 1 == *next_row || ids[i] == ids[i + 1]) continue;
    const std::uint32_t weight = event_weights.empty() ? 1 : std::min(event_weights[i], event_weights[i + 1]);
    if (weight > 0) visit(ids[i], ids[i + 1], weight);
  }
}

/// Slices of the events; the first transition of each has its own place in the output.
struct slices {
  std::size_t count = 0;
  std::vector<std::size_t> begin, first_transition;  ///< [count + 1]
};

slices count_transitions(ragged_ref sequences, std::span<const std::uint32_t> event_weights) {
  const auto count = 4 * static_cast<std::size_t>(omp_get_max_threads());
  slices result{count, std::vector<std::size_t>(count + 1), std::vector<std::size_t>(count + 1)};
  for (std::size_t s = 1; s <= count; ++s) {
    result.begin[s] = s == count ? sequences.ids.size() : sequences.ids.size() / count * s;
  }
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t s = 0; s < count; ++s) {
    std::size_t transitions = 0;
    for_each_transition(sequences, event_weights, result.begin[s], result.begin[s + 1],
                        [&](node_id, node_id, std::uint32_t) { ++transitions; });
    result.first_transition[s + 1] = transitions;
  }
  for (std::size_t s = 0; s < count; ++s) result.first_transition[s + 1] += result.first_transition[s];
  return result;
}

}  // namespace

csr_graph build_transition_graph(ragged_ref sequences, std::size_t nodes, bool directed,
                                 std::span<const std::uint32_t> event_weights) {
  check_sequences(sequences, nodes, event_weights);
  const edge_key key(nodes);
  const slices parts = count_transitions(sequences, event_weights);
  const std::size_t transitions = parts.first_transition.back();
  const bool weighted = !event_weights.empty();
  large_buffer<std::uint64_t> keys(transitions);
  large_buffer<std::uint32_t> weights(weighted ? transitions : 0);
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t s = 0; s < parts.count; ++s) {
    std::size_t place = parts.first_transition[s];
    for_each_transition(sequences, event_weights, parts.begin[s], parts.begin[s + 1],
                        [&](node_id u, node_id v, std::uint32_t weight) {
                          if (!directed && u > v) std::swap(u, v);
                          keys[place] = key(u, v);
                          if (weighted) weights[place] = weight;
                          ++place;
                        });
  }
  if (!weighted) {
    sort_keys(keys.data(), transitions);
    const auto one = [](std::size_t) { return std::uint32_t{1}; };
    return finish_graph(make_rows<std::uint32_t>(keys, transitions, one, key, nodes, directed));
  }
  sort_by_keys(keys.data(), weights.data(), transitions);
  const auto weight_of = [&](std::size_t i) { return weights[i]; };
  return finish_graph(make_rows<std::uint32_t>(keys, transitions, weight_of, key, nodes, directed));
}

}  // namespace m2grl
