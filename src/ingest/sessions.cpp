#include "ingest/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "m2grl/error.hpp"

namespace m2grl::ingest {

double units_per_second(time_unit unit) {
  switch (unit) {
    case time_unit::milliseconds: return 1e3;
    case time_unit::microseconds: return 1e6;
    case time_unit::nanoseconds: return 1e9;
    case time_unit::seconds: break;
  }
  return 1;
}

namespace {

/// Events of each user side by side, in the order of the file; [users + 1] begins.
std::vector<std::uint64_t> group_by_user(const event_log& log, std::vector<std::uint64_t>& order) {
  std::size_t users = 0;
  for (const node_id user : log.user) users = std::max<std::size_t>(users, user + std::size_t{1});
  std::vector<std::uint64_t> begin(users + 1, 0);
  for (const node_id user : log.user) ++begin[user + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  order.resize(log.size());
  std::vector<std::uint64_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t e = 0; e < log.size(); ++e) order[next[log.user[e]]++] = e;
  return begin;
}

void sort_by_time(const event_log& log, std::span<std::uint64_t> events) {
  const auto earlier = [&](std::uint64_t a, std::uint64_t b) {
    return log.time.empty() || log.time[a] == log.time[b] ? a < b : log.time[a] < log.time[b];
  };
  if (!std::is_sorted(events.begin(), events.end(), earlier)) std::sort(events.begin(), events.end(), earlier);
}

/// Brings each session's events together: sessions of one user may overlap in time.
class session_gatherer {
 public:
  explicit session_gatherer(const event_log& log)
      : log_(log), first_(log.sessions.size()), user_(log.sessions.size(), no_node) {}

  /// Events of one user, by time; afterwards by session (in order of its first event), then by time.
  void gather(std::span<std::uint64_t> events) {
    bool scattered = false;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const node_id session = log_.session[events[i]], user = log_.user[events[i]];
      if (user_[session] != user) {
        user_[session] = user;
        first_[session] = i;
      } else {
        scattered |= log_.session[events[i - 1]] != session;
      }
    }
    if (!scattered) return;
    std::stable_sort(events.begin(), events.end(), [&](std::uint64_t a, std::uint64_t b) {
      return first_[log_.session[a]] < first_[log_.session[b]];
    });
  }

 private:
  const event_log& log_;
  std::vector<std::size_t> first_;  ///< of each session: place of its first event among its user's
  std::vector<node_id> user_;       ///< the user that first_ speaks of
};

}  // namespace

ordered_events order_events(const event_log& log, const data_config& data) {
  ordered_events out;
  const auto begin = group_by_user(log, out.order);
  const double gap = data.session_gap_seconds * units_per_second(data.unit);
  const bool by_gap = log.session.empty() && !log.time.empty() && gap > 0;
  session_gatherer sessions(log);
  // Times ascend within a user: the unsigned difference is exact where the signed one would overflow.
  const auto starts = [&](std::uint64_t before, std::uint64_t event) {
    if (!log.session.empty()) return log.session[event] != log.session[before];
    return by_gap && static_cast<double>(static_cast<std::uint64_t>(log.time[event]) -
                                         static_cast<std::uint64_t>(log.time[before])) > gap;
  };
  out.user_begin.push_back(0);
  for (std::size_t u = 0; u + 1 < begin.size(); ++u) {
    const std::span<std::uint64_t> events(out.order.data() + begin[u], begin[u + 1] - begin[u]);
    if (events.empty()) continue;
    sort_by_time(log, events);
    if (!log.session.empty()) sessions.gather(events);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (i == 0 || starts(events[i - 1], events[i])) out.session_begin.push_back(begin[u] + i);
    }
    out.user_begin.push_back(out.session_begin.size());
  }
  out.session_begin.push_back(out.order.size());
  return out;
}

namespace {

/// A user's events, oldest first; a session column may have put them in another order.
std::vector<std::uint64_t> by_time(const event_log& log, std::span<const std::uint64_t> events) {
  std::vector<std::uint64_t> sorted(events.begin(), events.end());
  if (!log.session.empty()) sort_by_time(log, sorted);
  return sorted;
}

/// The last n events of a user are test queries, the one before them the validation query, each asked after all
/// events before it. `events` ascend in time.
void hold_out_last(std::span<const std::uint64_t> events, std::size_t n, split_events& out) {
  const auto query_of = [&](std::size_t place) {
    const auto before = events.first(place);
    return raw_query{{before.begin(), before.end()}, events[place]};
  };
  const std::size_t validation = events.size() - n - 1;
  out.validation.push_back(query_of(validation));
  for (std::size_t place = validation + 1; place < events.size(); ++place) out.test.push_back(query_of(place));
  out.held_out.insert(out.held_out.end(), events.begin() + static_cast<std::ptrdiff_t>(validation), events.end());
}

void split_last(const event_log& log, const ordered_events& in, std::size_t n, split_events& out) {
  for (std::size_t u = 0; u + 1 < in.user_begin.size(); ++u) {
    const std::uint64_t first = in.session_begin[in.user_begin[u]], last = in.session_begin[in.user_begin[u + 1]];
    const std::size_t held_before = out.held_out.size();
    if (last - first >= n + 2) {
      hold_out_last(by_time(log, std::span(in.order).subspan(first, last - first)), n, out);
    }
    const auto held_out = std::span(out.held_out).subspan(held_before);
    for (std::uint64_t s = in.user_begin[u]; s < in.user_begin[u + 1]; ++s) {
      for (std::uint64_t i = in.session_begin[s]; i < in.session_begin[s + 1]; ++i) {
        const bool trains = std::find(held_out.begin(), held_out.end(), in.order[i]) == held_out.end();
        if (trains) out.events.push_back(in.order[i]);
      }
      if (out.events.size() > out.session_begin.back()) out.session_begin.push_back(out.events.size());
    }
  }
}

std::int64_t time_boundary(const event_log& log, const ordered_events& in, const split_config& how) {
  if (log.time.empty()) throw invalid_input("split.kind is \"time\", but data.time names no column");
  if (how.boundary) return *how.boundary;
  if (!(how.quantile >= 0 && how.quantile <= 1)) {
    throw invalid_input(fmt::format("split.quantile is {}, it must lie between 0 and 1", how.quantile));
  }
  std::vector<std::int64_t> starts;
  for (std::size_t s = 0; s + 1 < in.session_begin.size(); ++s)
    starts.push_back(log.time[in.order[in.session_begin[s]]]);
  const auto place =
      std::min(static_cast<std::size_t>(how.quantile * static_cast<double>(starts.size())), starts.size() - 1);
  std::nth_element(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(place), starts.end());
  return starts[place];
}

/// What a held-out session asks for; `user`: all events of its user, by time.
void ask_session(std::span<const std::uint64_t> session, std::span<const std::uint64_t> user, session_queries which,
                 split_events& out) {
  if (session.size() < 2) return;
  const std::size_t first = which == session_queries::last ? session.size() - 1 : 1;
  for (std::size_t place = first; place < session.size(); ++place) {
    const auto history = session.first(place);
    const auto target = std::find(user.begin(), user.end(), session[place]);
    out.test.push_back({{history.begin(), history.end()}, session[place], {user.begin(), target}});
  }
}

void split_user_by_time(const event_log& log, const ordered_events& in, std::size_t u, std::int64_t boundary,
                        session_queries which, split_events& out, ingest_report& report) {
  const std::uint64_t first = in.session_begin[in.user_begin[u]], last = in.session_begin[in.user_begin[u + 1]];
  std::vector<std::uint64_t> user;  // by time; of users with a held-out session alone
  for (std::uint64_t s = in.user_begin[u]; s < in.user_begin[u + 1]; ++s) {
    const std::uint64_t begin = in.session_begin[s], end = in.session_begin[s + 1];
    for (std::uint64_t i = begin; i < end; ++i) {
      (log.time[in.order[i]] < boundary ? out.events : out.held_out).push_back(in.order[i]);
    }
    const std::uint64_t kept = out.events.size() - out.session_begin.back();
    if (kept > 0) out.session_begin.push_back(out.events.size());
    if (kept > 0 && kept < end - begin) ++report.crossing_sessions;
    if (kept > 0) continue;
    if (user.empty()) user = by_time(log, std::span(in.order).subspan(first, last - first));
    ask_session(std::span(in.order).subspan(begin, end - begin), user, which, out);
  }
}

/// How many of a user's events train.
std::uint64_t training_events(const event_log& log, std::span<const std::uint64_t> events, const split_config& how,
                              std::int64_t boundary) {
  const std::size_t held_out = std::size_t{1} + how.test_events;
  if (how.kind == split_kind::last) return events.size() > held_out ? events.size() - held_out : events.size();
  if (how.kind == split_kind::none) return events.size();
  return static_cast<std::uint64_t>(
      std::count_if(events.begin(), events.end(), [&](std::uint64_t e) { return log.time[e] < boundary; }));
}

/// Drops users with more than `most` training events, decided without a look at the held-out ones.
ordered_events without_over_active(const event_log& log, ordered_events in, std::uint64_t most, const split_config& how,
                                   std::int64_t boundary, ingest_report& report) {
  if (most == 0) return in;
  ordered_events out;
  out.user_begin.push_back(0);
  for (std::size_t u = 0; u + 1 < in.user_begin.size(); ++u) {
    const std::uint64_t first = in.session_begin[in.user_begin[u]], last = in.session_begin[in.user_begin[u + 1]];
    const auto events = std::span<const std::uint64_t>(in.order).subspan(first, last - first);
    if (training_events(log, events, how, boundary) > most) continue;
    for (std::uint64_t s = in.user_begin[u]; s < in.user_begin[u + 1]; ++s) {
      out.session_begin.push_back(out.order.size() + in.session_begin[s] - first);
    }
    out.order.insert(out.order.end(), events.begin(), events.end());
    out.user_begin.push_back(out.session_begin.size());
  }
  out.session_begin.push_back(out.order.size());
  report.dropped.push_back(
      {fmt::format("user with more than {} training events", most), in.order.size() - out.order.size()});
  return out;
}

void require_events(const ordered_events& in, const ingest_report& report) {
  if (!in.order.empty()) return;
  std::vector<std::string> rules;
  for (const dropped_count& drop : report.dropped) rules.push_back(fmt::format("{}: {}", drop.rule, drop.count));
  throw invalid_input(
      fmt::format("every one of the {} events is dropped ({})", report.events_read, fmt::join(rules, ", ")));
}

}  // namespace

split_events split(const event_log& log, ordered_events ordered, const data_config& data, const split_config& how,
                   ingest_report& report) {
  require_events(ordered, report);
  const std::int64_t boundary = how.kind == split_kind::time ? time_boundary(log, ordered, how) : 0;
  ordered = without_over_active(log, std::move(ordered), data.max_user_events, how, boundary, report);
  require_events(ordered, report);
  report.users = ordered.user_begin.size() - 1;
  report.sessions = ordered.session_begin.size() - 1;
  report.events_kept = ordered.order.size();
  split_events out;
  out.session_begin.push_back(0);
  if (how.kind == split_kind::last) {
    split_last(log, ordered, how.test_events, out);
  } else if (how.kind == split_kind::time) {
    for (std::size_t u = 0; u + 1 < ordered.user_begin.size(); ++u) {
      split_user_by_time(log, ordered, u, boundary, how.queries, out, report);
    }
  } else {
    out.events = std::move(ordered.order);
    out.session_begin = std::move(ordered.session_begin);
  }
  report.training_events = out.events.size();
  return out;
}

}  // namespace m2grl::ingest
