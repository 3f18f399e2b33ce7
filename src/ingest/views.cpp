#include "ingest/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

std::uint32_t weight_of(const event_log& log, std::uint64_t event) { return log.weight.empty() ? 1 : log.weight[event]; }

struct numbering {
  std::vector<node_id> node_of_value;
  std::vector<node_id> value_of_node;
  std::vector<std::uint64_t> counts;   ///< by node
  std::uint64_t rare = 0;              ///< training events of values below the least count
};

numbering number_values(const event_log& log, const split_events& split, const value_source& values, std::uint64_t min_count) {
  const std::size_t n = values.names.size();
  std::vector<std::uint64_t> weighted(n, 0), events(n, 0), first(n, 0);
  std::uint64_t place = 0;
  for (const std::uint64_t event : split.events) {
    for (const node_id value : values.at(event)) {
      if (events[value]++ == 0) first[value] = event;
      weighted[value] += weight_of(log, event);
      ++place;
    }
  }
  numbering out;
  for (std::size_t v = 0; v < n; ++v) {
    if (events[v] == 0) continue;
    if (events[v] < min_count) {
      out.rare += events[v];
    } else {
      out.value_of_node.push_back(static_cast<node_id>(v));
    }
  }
  std::sort(out.value_of_node.begin(), out.value_of_node.end(), [&](node_id a, node_id b) {
    return weighted[a] != weighted[b] ? weighted[a] > weighted[b] : first[a] != first[b] ? first[a] < first[b] : a < b;
  });
  out.node_of_value.assign(n, no_node);
  for (std::size_t i = 0; i < out.value_of_node.size(); ++i) {
    out.node_of_value[out.value_of_node[i]] = static_cast<node_id>(i);
    out.counts.push_back(weighted[out.value_of_node[i]]);
  }
  return out;
}

}  // namespace

built_view build_view(const event_log& log, const split_events& split, const view_config& view, value_source values,
                      std::uint64_t min_count, ingest_report& report) {
  numbering n = number_values(log, split, values, min_count);
  if (min_count > 1) {
    report.dropped.push_back({fmt::format("view \"{}\": node with fewer than {} events", view.name, min_count), n.rare});
  }
  built_view out;
  out.view.name = view.name;
  std::vector<std::uint32_t> weights;
  std::uint64_t merged = 0, single = 0;
  auto& sequences = out.view.sequences;
  for (std::size_t s = 0; s + 1 < split.session_begin.size(); ++s) {
    const std::size_t begin = sequences.ids.size();
    for (std::uint64_t i = split.session_begin[s]; i < split.session_begin[s + 1]; ++i) {
      for (const node_id value : values.at(split.events[i])) {
        const node_id node = n.node_of_value[value];
        if (node == no_node) continue;
        if (view.merge_repeats && sequences.ids.size() > begin && sequences.ids.back() == node) {
          ++merged;
          continue;
        }
        sequences.ids.push_back(node);
        if (!log.weight.empty()) weights.push_back(weight_of(log, split.events[i]));
      }
    }
    if (sequences.ids.size() - begin >= 2) {
      sequences.end_row();
    } else {
      single += sequences.ids.size() - begin;
      sequences.ids.resize(begin);
      if (!log.weight.empty()) weights.resize(begin);
    }
  }
  if (view.merge_repeats) report.dropped.push_back({fmt::format("view \"{}\": repeat merged", view.name), merged});
  report.dropped.push_back({fmt::format("view \"{}\": alone in its session (counted, not trained on)", view.name), single});
  if (view.sequences == sequence_source::walks) {
    out.view.graph = build_transition_graph(sequences, n.counts.size(), view.directed, weights);
  }
  std::vector<std::string> names;
  for (const node_id value : n.value_of_node) names.push_back(std::move(values.names[value]));
  out.view.ids = vocabulary(std::move(names), std::move(n.counts));
  out.node_of_value = std::move(n.node_of_value);
  return out;
}

link_data build_link(const event_log& log, const split_events& split, const built_view& from,
                     const value_source& from_values, const built_view& to, const value_source& to_values) {
  // (from, to) pairs as 64-bit keys, sorted, then counted.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs;
  for (const std::uint64_t event : split.events) {
    for (const node_id a : from_values.at(event)) {
      if (from.node_of_value[a] == no_node) continue;
      for (const node_id b : to_values.at(event)) {
        if (to.node_of_value[b] == no_node) continue;
        pairs.emplace_back((static_cast<std::uint64_t>(from.node_of_value[a]) << 32) | to.node_of_value[b],
                           weight_of(log, event));
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  link_data link;
  link.targets.offsets.reserve(from.view.ids.size() + 1);
  std::size_t i = 0;
  for (std::size_t node = 0; node < from.view.ids.size(); ++node) {
    while (i < pairs.size() && pairs[i].first >> 32 == node) {
      const std::uint64_t key = pairs[i].first;
      std::uint64_t count = 0;
      for (; i < pairs.size() && pairs[i].first == key; ++i) count += pairs[i].second;
      link.targets.ids.push_back(static_cast<node_id>(key));
      link.counts.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(count, 0xFFFFFFFFu)));
    }
    link.targets.end_row();
  }
  return link;
}

}  // namespace m2grl::ingest
