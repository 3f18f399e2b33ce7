#pragma once
/// Held-out queries: from events of the log to nodes.

#include <vector>

#include "ingest/cold_items.hpp"
#include "ingest/event_log.hpp"
#include "ingest/sessions.hpp"
#include "ingest/views.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

[[nodiscard]] query_set finish_queries(const std::vector<raw_query>& raw, const event_log& log, const built_view& items,
                                       const found_cold_items& cold, time_unit unit);

}  // namespace m2grl::ingest
