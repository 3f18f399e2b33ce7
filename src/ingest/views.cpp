#include "ingest/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

std::uint32_t weight_of(const event_log& log, std::uint64_t event) {
  return log.weight.empty() ? 1 : log.weight[event];
}

struct numbering {
  std::vector<node_id> node_of_value;
  std::vector<std::string> names;     ///< by node
  std::vector<std::uint64_t> counts;  ///< by node
  std::uint64_t rare = 0;             ///< training events of values below the least count
};

/// The values of training events: how often, and where each is first seen.
struct value_counts {
  explicit value_counts(std::size_t values);

  std::vector<std::pair<std::uint64_t, std::uint32_t>> first;  ///< the training event, and the place in its cell
  std::vector<std::uint64_t> weighted, events;
};

value_counts::value_counts(std::size_t values)
    : first(values, {~std::uint64_t{0}, 0}), weighted(values, 0), events(values, 0) {}

value_counts count_values(const event_log& log, const split_events& split, const value_source& values) {
  value_counts counts(values.names.size());
  for (const std::uint64_t event : split.events) {
    std::uint32_t place = 0;
    for (const node_id value : values.at(event)) {
      counts.first[value] = std::min(counts.first[value], {event, place++});
      counts.weighted[value] += weight_of(log, event);
      ++counts.events[value];
    }
  }
  return counts;
}

numbering number_values(const event_log& log, const split_events& split, const value_source& values,
                        std::uint64_t min_count, const vocabulary* known) {
  const std::size_t n = values.names.size();
  const value_counts counted = count_values(log, split, values);
  numbering out;
  out.node_of_value.assign(n, no_node);
  if (known != nullptr) {
    out.names = known->names();
    out.counts.assign(out.names.size(), 0);
  }
  std::vector<node_id> added;
  for (std::size_t v = 0; v < n; ++v) {
    const node_id old = known != nullptr ? known->find(values.names[v]) : no_node;
    if (old != no_node) {
      out.node_of_value[v] = old;
      out.counts[old] = counted.weighted[v];
    } else if (counted.events[v] >= min_count && counted.events[v] > 0) {
      added.push_back(static_cast<node_id>(v));
    } else {
      out.rare += counted.events[v];
    }
  }
  std::sort(added.begin(), added.end(), [&](node_id a, node_id b) {
    return counted.weighted[a] != counted.weighted[b] ? counted.weighted[a] > counted.weighted[b]
                                                      : counted.first[a] < counted.first[b];
  });
  for (const node_id value : added) {
    out.node_of_value[value] = static_cast<node_id>(out.names.size());
    out.names.push_back(values.names[value]);
    out.counts.push_back(counted.weighted[value]);
  }
  return out;
}

}  // namespace

built_view build_view(const event_log& log, const split_events& split, const view_config& view,
                      const value_source& values, std::uint64_t min_count, const vocabulary* known,
                      ingest_report& report) {
  numbering n = number_values(log, split, values, min_count, known);
  if (min_count > 1) {
    report.dropped.push_back(
        {fmt::format("view \"{}\": node with fewer than {} events", view.name, min_count), n.rare});
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
  report.dropped.push_back(
      {fmt::format("view \"{}\": alone in its session (counted, not trained on)", view.name), single});
  if (view.sequences == sequence_source::walks) out.view.event_weights = std::move(weights);
  out.view.ids = vocabulary(std::move(n.names), std::move(n.counts));
  out.node_of_value = std::move(n.node_of_value);
  return out;
}

link_data build_link(const event_log& log, const split_events& split, const built_view& from,
                     const value_source& from_values, const built_view& to, const value_source& to_values) {
  // Occurrences by `from` node (a counting sort), then each row sorted by `to` node and counted.
  const auto for_each_pair = [&](auto&& on_pair) {
    for (const std::uint64_t event : split.events) {
      for (const node_id a : from_values.at(event)) {
        if (from.node_of_value[a] == no_node) continue;
        for (const node_id b : to_values.at(event)) {
          if (to.node_of_value[b] != no_node) on_pair(from.node_of_value[a], to.node_of_value[b], event);
        }
      }
    }
  };
  std::vector<std::uint64_t> begin(from.view.ids.size() + 1, 0);
  for_each_pair([&](node_id a, node_id, std::uint64_t) { ++begin[a + 1]; });
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  struct occurrence {
    node_id to;
    std::uint32_t weight;
  };
  std::vector<occurrence> occurrences(begin.back());
  std::vector<std::uint64_t> next(begin.begin(), begin.end() - 1);
  for_each_pair([&](node_id a, node_id b, std::uint64_t event) {
    occurrences[next[a]++] = {b, weight_of(log, event)};
  });

  link_data link;
  link.targets.offsets.reserve(begin.size());
  for (std::size_t node = 0; node + 1 < begin.size(); ++node) {
    const std::span row(occurrences.data() + begin[node], begin[node + 1] - begin[node]);
    const auto by_target = [](const occurrence& x, const occurrence& y) { return x.to < y.to; };
    if (!std::is_sorted(row.begin(), row.end(), by_target)) std::sort(row.begin(), row.end(), by_target);
    for (std::size_t i = 0; i < row.size();) {
      const node_id target = row[i].to;
      std::uint64_t count = 0;
      for (; i < row.size() && row[i].to == target; ++i) count += row[i].weight;
      link.targets.ids.push_back(target);
      link.counts.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(count, 0xFFFFFFFFu)));
    }
    link.targets.end_row();
  }
  return link;
}

}  // namespace m2grl::ingest
