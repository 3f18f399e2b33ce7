#include "ingest/finish_queries.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace m2grl::ingest {
namespace {

class query_finisher {
 public:
  query_finisher(const event_log& log, const built_view& items, const found_cold_items& cold, time_unit unit)
      : log_(log), items_(items), cold_(cold), per_second_(units_per_second(unit)) {}

  void add(const raw_query& query, query_set& out) const {
    for (const std::uint64_t event : query.history) {
      if (node(event) != no_node) out.histories.ids.push_back(node(event));
    }
    out.histories.end_row();
    out.targets.push_back(node(query.target));
    if (cold_.items.size() > 0) add_cold(query, out);
    if (!log_.time.empty()) add_past(query, out);
  }

 private:
  [[nodiscard]] node_id node(std::uint64_t event) const { return items_.node_of_value[log_.item[event]]; }
  [[nodiscard]] node_id cold_row(std::uint64_t event) const { return cold_.row_of_item[log_.item[event]]; }

  void add_cold(const raw_query& query, query_set& out) const {
    out.cold_targets.push_back(cold_row(query.target));
    const auto nodes = static_cast<node_id>(items_.view.ids.size());
    for (const std::uint64_t event : query.history) {
      const bool known = node(event) != no_node;
      if (known || cold_row(event) != no_node) {
        out.cold_histories.ids.push_back(known ? node(event) : nodes + cold_row(event));
      }
    }
    out.cold_histories.end_row();
  }

  void add_past(const raw_query& query, query_set& out) const {
    for (const std::uint64_t event : query.past.empty() ? query.history : query.past) {
      if (node(event) == no_node) continue;
      out.past.ids.push_back(node(event));
      // Times ascend: the unsigned difference is exact where the signed one would overflow.
      const auto units = static_cast<double>(static_cast<std::uint64_t>(log_.time[query.target]) -
                                             static_cast<std::uint64_t>(log_.time[event]));
      out.past_seconds.push_back(static_cast<std::uint32_t>(
          std::min(std::floor(units / per_second_), double{std::numeric_limits<std::uint32_t>::max()})));
    }
    out.past.end_row();
  }

  const event_log& log_;
  const built_view& items_;
  const found_cold_items& cold_;
  double per_second_;
};

}  // namespace

query_set finish_queries(const std::vector<raw_query>& raw, const event_log& log, const built_view& items,
                         const found_cold_items& cold, time_unit unit) {
  const query_finisher finisher(log, items, cold, unit);
  query_set out;
  for (const raw_query& query : raw) finisher.add(query, out);
  return out;
}

}  // namespace m2grl::ingest
