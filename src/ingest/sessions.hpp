#pragma once
/// Events put in order, cut into sessions, and split into training and held-out ones.

#include <cstdint>
#include <vector>

#include "ingest/event_log.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

/// The kept events by user, session and time. `order` lists their places in the log.
struct ordered_events {
  std::vector<std::uint64_t> order;
  std::vector<std::uint64_t> session_begin;   ///< [sessions + 1] places in `order`
  std::vector<std::uint64_t> user_begin;      ///< [users + 1] places in session_begin
};
[[nodiscard]] ordered_events order_events(const event_log& log, const data_config& data, ingest_report& report);

/// A query before ids are final: events as places in the log.
struct raw_query {
  std::vector<std::uint64_t> history;
  std::uint64_t target = 0;
};

struct split_events {
  std::vector<std::uint64_t> events;          ///< training events, in order
  std::vector<std::uint64_t> session_begin;   ///< [training sessions + 1] places in `events`
  std::vector<raw_query> validation, test;
  std::uint64_t crossing_sessions = 0;        ///< time split: cut by the boundary
};
/// last: the last event of each user with three or more is the test target, the one before it the validation
/// target. time: events before the boundary train; a session that starts at or after it, with two events
/// or more, asks for its last event. Throws invalid_input where nothing can be split by time.
[[nodiscard]] split_events split(const event_log& log, const ordered_events& ordered, const split_config& how);

}  // namespace m2grl::ingest
