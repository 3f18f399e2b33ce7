#pragma once
/// Items that only held-out events know.

#include <vector>

#include "ingest/sessions.hpp"
#include "ingest/views.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

/// The cold items of a log, and where each went: item number → row of the cold items, or no_node.
struct found_cold_items {
  cold_items items;
  std::vector<std::uint32_t> row_of_item;
};

/// Held-out items without a node in views[0], with a link for each of `links` that leaves the item view, counted over
/// the held-out events. `values` and `views` stand side by side.
[[nodiscard]] found_cold_items find_cold_items(const event_log& log, const split_events& split,
                                               const std::vector<value_source>& values,
                                               const std::vector<built_view>& views,
                                               const std::vector<link_data>& links);

}  // namespace m2grl::ingest
