#include "ingest/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

double units_per_second(time_unit unit) {
  switch (unit) {
    case time_unit::milliseconds: return 1e3;
    case time_unit::microseconds: return 1e6;
    case time_unit::nanoseconds: return 1e9;
    case time_unit::seconds: break;
  }
  return 1;
}

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

/// Events of one user by session (in order of its first event), then by time.
void gather_sessions(const event_log& log, std::span<std::uint64_t> events) {
  std::unordered_map<node_id, std::size_t> first;
  for (std::size_t i = 0; i < events.size(); ++i) first.emplace(log.session[events[i]], i);
  if (first.size() == 1) return;
  std::stable_sort(events.begin(), events.end(), [&](std::uint64_t a, std::uint64_t b) {
    return first[log.session[a]] < first[log.session[b]];
  });
}

}  // namespace

ordered_events order_events(const event_log& log, const data_config& data, ingest_report& report) {
  std::vector<std::uint64_t> grouped;
  const auto begin = group_by_user(log, grouped);
  const double gap = data.session_gap_seconds * units_per_second(data.unit);
  ordered_events out;
  out.user_begin.push_back(0);
  std::uint64_t over_active = 0;
  for (std::size_t u = 0; u + 1 < begin.size(); ++u) {
    const std::span<std::uint64_t> events(grouped.data() + begin[u], begin[u + 1] - begin[u]);
    if (events.empty()) continue;
    if (data.max_user_events > 0 && events.size() > data.max_user_events) {
      over_active += events.size();
      continue;
    }
    if (!log.time.empty()) {
      std::stable_sort(events.begin(), events.end(), [&](auto a, auto b) { return log.time[a] < log.time[b]; });
    }
    if (!log.session.empty()) gather_sessions(log, events);
    for (std::size_t i = 0; i < events.size(); ++i) {
      bool starts = i == 0;
      if (i > 0 && !log.session.empty()) {
        starts = log.session[events[i]] != log.session[events[i - 1]];
      } else if (i > 0 && gap > 0 && !log.time.empty()) {
        starts = static_cast<double>(log.time[events[i]]) - static_cast<double>(log.time[events[i - 1]]) > gap;
      }
      if (starts) out.session_begin.push_back(out.order.size());
      out.order.push_back(events[i]);
    }
    out.user_begin.push_back(out.session_begin.size());
  }
  out.session_begin.push_back(out.order.size());
  if (data.max_user_events > 0) {
    report.dropped.push_back({fmt::format("user with more than {} events", data.max_user_events), over_active});
  }
  report.users = out.user_begin.size() - 1;
  report.sessions = out.session_begin.size() - 1;
  report.events_kept = out.order.size();
  return out;
}

namespace {

void split_last(const ordered_events& in, split_events& out) {
  for (std::size_t u = 0; u + 1 < in.user_begin.size(); ++u) {
    const std::uint64_t first = in.session_begin[in.user_begin[u]], last = in.session_begin[in.user_begin[u + 1]];
    const std::uint64_t training = last - first >= 3 ? last - 2 : last;
    for (std::uint64_t s = in.user_begin[u]; s < in.user_begin[u + 1]; ++s) {
      const std::uint64_t end = std::min(in.session_begin[s + 1], training);
      for (std::uint64_t i = in.session_begin[s]; i < end; ++i) out.events.push_back(in.order[i]);
      if (out.events.size() > out.session_begin.back()) out.session_begin.push_back(out.events.size());
    }
    if (training == last) continue;
    raw_query query;
    query.history.assign(in.order.begin() + static_cast<std::ptrdiff_t>(first),
                         in.order.begin() + static_cast<std::ptrdiff_t>(training));
    query.target = in.order[training];
    out.validation.push_back(query);
    query.history.push_back(query.target);
    query.target = in.order[training + 1];
    out.test.push_back(std::move(query));
  }
}

std::int64_t time_boundary(const event_log& log, const ordered_events& in, const split_config& how) {
  if (how.boundary) return *how.boundary;
  std::vector<std::int64_t> starts;
  for (std::size_t s = 0; s + 1 < in.session_begin.size(); ++s) starts.push_back(log.time[in.order[in.session_begin[s]]]);
  const auto place = std::min(static_cast<std::size_t>(how.quantile * static_cast<double>(starts.size())), starts.size() - 1);
  std::nth_element(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(place), starts.end());
  return starts[place];
}

void split_time(const event_log& log, const ordered_events& in, const split_config& how, split_events& out) {
  if (log.time.empty()) throw invalid_input("split.kind is \"time\", but data.time names no column");
  const std::int64_t boundary = time_boundary(log, in, how);
  for (std::size_t s = 0; s + 1 < in.session_begin.size(); ++s) {
    const std::uint64_t begin = in.session_begin[s], end = in.session_begin[s + 1];
    for (std::uint64_t i = begin; i < end; ++i) {
      if (log.time[in.order[i]] < boundary) out.events.push_back(in.order[i]);
    }
    const std::uint64_t kept = out.events.size() - out.session_begin.back();
    if (kept > 0) out.session_begin.push_back(out.events.size());
    if (kept > 0 && kept < end - begin) ++out.crossing_sessions;
    if (kept > 0 || end - begin < 2) continue;
    raw_query query;
    query.history.assign(in.order.begin() + static_cast<std::ptrdiff_t>(begin),
                         in.order.begin() + static_cast<std::ptrdiff_t>(end - 1));
    query.target = in.order[end - 1];
    out.test.push_back(std::move(query));
  }
}

}  // namespace

split_events split(const event_log& log, const ordered_events& ordered, const split_config& how) {
  split_events out;
  out.session_begin.push_back(0);
  if (how.kind == split_kind::last) {
    split_last(ordered, out);
  } else if (how.kind == split_kind::time) {
    split_time(log, ordered, how, out);
  } else {
    out.events = ordered.order;
    out.session_begin = ordered.session_begin;
  }
  return out;
}

}  // namespace m2grl::ingest
