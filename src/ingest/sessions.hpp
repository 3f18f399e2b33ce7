#pragma once
/// Events put in order, cut into sessions, and split into training and held-out ones.

#include <cstdint>
#include <vector>

#include "ingest/event_log.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

[[nodiscard]] double units_per_second(time_unit unit);

/// Events by user (in order of first sight), session (in order of its first event) and time (equal times: in
/// the order of the log). `order` lists their places in the log.
struct ordered_events {
  std::vector<std::uint64_t> order;
  std::vector<std::uint64_t> session_begin;  ///< [sessions + 1] places in `order`
  std::vector<std::uint64_t> user_begin;     ///< [users + 1] places in session_begin
};
[[nodiscard]] ordered_events order_events(const event_log& log, const data_config& data);

/// A query before ids are final: events as places in the log.
struct raw_query {
  std::vector<std::uint64_t> history;
  std::uint64_t target = 0;
  std::vector<std::uint64_t> past{};  ///< of the user, in any session; empty: the history is all of it
};

struct split_events {
  std::vector<std::uint64_t> events;         ///< training events, in order
  std::vector<std::uint64_t> session_begin;  ///< [training sessions + 1] places in `events`
  std::vector<std::uint64_t> held_out;       ///< the kept events that do not train
  std::vector<raw_query> validation, test;
};
/// last: the last n = how.test_events events in time of each user with n + 2 or more are test targets, the one before
/// them the validation target. time: events before the boundary train; a session that starts at or after it, with two
/// events or more, asks for its last event, or for every one but the first (how.queries). Users with more than
/// data.max_user_events training events are dropped before, held-out events and all. Fills the report's counts of
/// events, users and sessions. Throws invalid_input where no event is left, or none can be split by time.
[[nodiscard]] split_events split(const event_log& log, ordered_events ordered, const data_config& data,
                                 const split_config& how, ingest_report& report);

}  // namespace m2grl::ingest
