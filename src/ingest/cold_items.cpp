#include "ingest/cold_items.hpp"

namespace m2grl::ingest {

found_cold_items find_cold_items(const event_log& log, const split_events& split,
                                 const std::vector<value_source>& values, const std::vector<built_view>& views,
                                 const std::vector<link_data>& links) {
  std::vector<bool> is_cold(log.items.size(), false);
  for (const std::uint64_t event : split.held_out) {
    const node_id item = log.item[event];
    is_cold[item] = views[0].node_of_value[item] == no_node;
  }
  built_view cold;  // as the item view of the held-out events
  cold.node_of_value.assign(log.items.size(), no_node);
  std::vector<std::string> names;
  for (node_id item = 0; item < is_cold.size(); ++item) {
    if (!is_cold[item]) continue;
    cold.node_of_value[item] = static_cast<node_id>(names.size());
    names.push_back(log.items.name(item));
  }
  found_cold_items found;
  if (!names.empty()) {
    std::vector<std::uint64_t> counts(names.size(), 0);
    cold.view.ids = vocabulary(names, std::move(counts));
    split_events held_out;
    held_out.events = split.held_out;
    for (const link_data& link : links) {
      if (link.from != 0) continue;
      found.items.links.push_back(build_link(log, held_out, cold, values[0], views[link.to], values[link.to]));
      found.items.links.back().to = link.to;
    }
  }
  found.items.ids = std::move(names);
  found.row_of_item = std::move(cold.node_of_value);
  return found;
}

}  // namespace m2grl::ingest
