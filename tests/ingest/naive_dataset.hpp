#pragma once
/// A log in memory, and what the contract makes of it: strings and maps, one step after another. The oracle of
/// load_dataset(); it shares nothing with the product.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "m2grl/config.hpp"

namespace m2grl::test {

struct log_row {
  std::string user, item, session, type, tags, category;  ///< tags: cell of several values; category: one, or empty
  std::int64_t time = 0;
  double dwell = 0;
};

/// What to do with the rows; the fields mirror the configuration.
struct naive_options {
  bool sessions = false, dwell = false, types = false;
  std::map<std::string, std::uint32_t> type_weights;
  double gap = 1800, min_dwell = 0;
  std::uint64_t min_count = 1, view_min_count = 1, max_user_events = 0;
  bool merge_repeats = false;
  split_kind split = split_kind::none;
  double quantile = 0.9;
  std::size_t test_events = 1;
  bool prefix = false;  ///< time: every event of a held-out session but the first is asked for
};

struct naive_view {
  std::vector<std::string> names;
  std::vector<std::uint64_t> counts;
  std::vector<std::vector<std::string>> sequences;
  std::uint64_t rare = 0, merged = 0, alone = 0;
};

struct naive_query {
  std::vector<std::string> history;
  std::string target;                                        ///< empty: unseen
  std::string cold;                                          ///< the target where it is unseen
  std::vector<std::string> cold_history{};                   ///< with unseen held-out items; empty without cold items
  std::vector<std::pair<std::string, std::int64_t>> past{};  ///< of the user, and seconds before the target
  bool operator==(const naive_query&) const = default;
};

struct naive_result {
  std::uint64_t read = 0, short_dwell = 0, zero_weight = 0, over_active = 0, kept = 0, training = 0, crossing = 0,
                sessions = 0, users = 0;
  naive_view item, category, tags;
  std::map<std::pair<std::string, std::string>, std::uint64_t> item_category, item_tags, category_tags;
  std::vector<naive_query> validation, test;
  std::vector<std::string> cold;  ///< held-out items without a node, by first sight
  std::map<std::pair<std::string, std::string>, std::uint64_t> cold_category, cold_tags;
};

namespace naive {

struct event {
  const log_row* row;
  std::size_t place;
  std::uint64_t weight;
};
using session = std::vector<event>;
using user = std::vector<session>;

inline std::vector<std::string> parts_of_cell(const std::string& cell) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : cell + "|") {
    if (c != '|') {
      part += c;
    } else {
      if (!part.empty() && std::count(parts.begin(), parts.end(), part) == 0) parts.push_back(part);
      part.clear();
    }
  }
  return parts;
}

inline bool older(const event& a, const event& b) {
  return a.row->time != b.row->time ? a.row->time < b.row->time : a.place < b.place;
}

inline std::vector<user> cut(const std::vector<event>& events, const naive_options& how) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<event>> of_user;
  for (const event& e : events) {
    if (of_user[e.row->user].empty()) names.push_back(e.row->user);
    of_user[e.row->user].push_back(e);
  }
  std::vector<user> users;
  for (const std::string& name : names) {
    auto mine = of_user[name];
    std::sort(mine.begin(), mine.end(), older);
    user sessions;
    for (const event& e : mine) {
      auto found = sessions.end();
      if (how.sessions) {
        found = std::find_if(sessions.begin(), sessions.end(),
                             [&](const session& s) { return s[0].row->session == e.row->session; });
      } else if (!sessions.empty() &&
                 (how.gap == 0 || double(e.row->time - sessions.back().back().row->time) <= how.gap)) {
        found = sessions.end() - 1;
      }
      if (found == sessions.end()) found = sessions.insert(found, session());
      found->push_back(e);
    }
    users.push_back(sessions);
  }
  return users;
}

template <class ValuesOf>
naive_view make_view(const std::vector<session>& training, std::uint64_t min_count, bool merge, ValuesOf&& values_of) {
  struct about {
    std::uint64_t weight = 0, events = 0;
    std::pair<std::size_t, std::size_t> first{~std::size_t{0}, 0};
  };
  std::map<std::string, about> values;
  for (const session& s : training) {
    for (const event& e : s) {
      std::size_t place = 0;
      for (const std::string& v : values_of(e)) {
        about& a = values[v];
        a.weight += e.weight, ++a.events, a.first = std::min(a.first, {e.place, place++});
      }
    }
  }
  naive_view view;
  std::vector<std::pair<std::string, about>> kept;
  for (const auto& [name, a] : values) {
    if (a.events >= min_count)
      kept.emplace_back(name, a);
    else
      view.rare += a.events;
  }
  std::sort(kept.begin(), kept.end(), [](const auto& x, const auto& y) {
    return x.second.weight != y.second.weight ? x.second.weight > y.second.weight : x.second.first < y.second.first;
  });
  for (const auto& [name, a] : kept) view.names.push_back(name), view.counts.push_back(a.weight);
  for (const session& s : training) {
    std::vector<std::string> sequence;
    for (const event& e : s) {
      for (const std::string& v : values_of(e)) {
        if (values[v].events < min_count) continue;
        if (merge && !sequence.empty() && sequence.back() == v)
          ++view.merged;
        else
          sequence.push_back(v);
      }
    }
    if (sequence.size() == 1) ++view.alone;
    if (sequence.size() > 1) view.sequences.push_back(sequence);
  }
  return view;
}

}  // namespace naive

inline naive_result naive_dataset(const std::vector<log_row>& rows, const naive_options& how) {
  using namespace naive;
  naive_result out;
  out.read = rows.size();
  std::vector<event> events;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (how.dwell && rows[i].dwell < how.min_dwell) {
      ++out.short_dwell;
      continue;
    }
    const std::uint64_t weight = how.types ? how.type_weights.at(rows[i].type) : 1;
    if (weight == 0) {
      ++out.zero_weight;
      continue;
    }
    events.push_back({&rows[i], i, weight});
  }
  std::vector<user> users = cut(events, how);
  std::vector<std::int64_t> starts;
  for (const user& u : users) {
    for (const session& s : u) starts.push_back(s[0].row->time);
  }
  std::sort(starts.begin(), starts.end());
  const std::int64_t boundary = starts[std::min(std::size_t(how.quantile * double(starts.size())), starts.size() - 1)];

  std::vector<session> training;
  std::vector<event> held_out;
  struct asked {
    std::vector<event> history;
    event target;
    std::vector<event> user;
  };
  std::vector<asked> validation, test;
  for (const user& u : users) {
    std::vector<event> mine;
    for (const session& s : u) mine.insert(mine.end(), s.begin(), s.end());
    std::sort(mine.begin(), mine.end(), older);
    const auto trains = [&](const event& e) {
      if (how.split == split_kind::none) return true;
      if (how.split == split_kind::time) return e.row->time < boundary;
      if (mine.size() < how.test_events + 2) return true;
      const auto after = std::find_if(mine.begin(), mine.end(), [&](const event& m) { return m.place == e.place; });
      return std::size_t(mine.end() - after) > how.test_events + 1;
    };
    if (how.max_user_events > 0 &&
        std::uint64_t(std::count_if(mine.begin(), mine.end(), trains)) > how.max_user_events) {
      out.over_active += mine.size();
      continue;
    }
    ++out.users, out.sessions += u.size(), out.kept += mine.size();
    for (const session& s : u) {
      session kept;
      for (const event& e : s) {
        if (trains(e)) kept.push_back(e);
      }
      out.training += kept.size();
      out.crossing += how.split == split_kind::time && !kept.empty() && kept.size() < s.size();
      for (const event& e : s) {
        if (!trains(e)) held_out.push_back(e);
      }
      for (auto e = s.begin(); how.split == split_kind::time && kept.empty() && e != s.end(); ++e) {
        if (e != s.begin() && (how.prefix || e + 1 == s.end())) test.push_back({{s.begin(), e}, *e, mine});
      }
      if (!kept.empty()) training.push_back(kept);
    }
    for (auto e = mine.begin(); how.split == split_kind::last && e != mine.end(); ++e) {
      if (trains(*e)) continue;
      const bool first = std::size_t(mine.end() - e) == how.test_events + 1;
      (first ? validation : test).push_back({{mine.begin(), e}, *e, mine});
    }
  }
  const auto item_of = [](const event& e) { return std::vector{e.row->item}; };
  const auto category_of = [](const event& e) {
    return e.row->category.empty() ? std::vector<std::string>() : std::vector{e.row->category};
  };
  const auto tags_of = [](const event& e) { return parts_of_cell(e.row->tags); };
  out.item = make_view(training, how.min_count, how.merge_repeats, item_of);
  out.category = make_view(training, how.view_min_count, how.merge_repeats, category_of);
  out.tags = make_view(training, how.view_min_count, how.merge_repeats, tags_of);
  const auto has = [](const naive_view& view, const std::string& name) {
    return std::find(view.names.begin(), view.names.end(), name) != view.names.end();
  };
  for (const session& s : training) {
    for (const event& e : s) {
      const auto link = [&](auto& links, const naive_view& a, const auto& from, const naive_view& b, const auto& to) {
        for (const auto& x : from) {
          for (const auto& y : to) {
            if (has(a, x) && has(b, y)) links[{x, y}] += e.weight;
          }
        }
      };
      link(out.item_category, out.item, item_of(e), out.category, category_of(e));
      link(out.item_tags, out.item, item_of(e), out.tags, tags_of(e));
      link(out.category_tags, out.category, category_of(e), out.tags, tags_of(e));
    }
  }
  std::map<std::size_t, std::string> cold;  // by the first place in the log that was read
  for (const event& e : held_out) {
    if (has(out.item, e.row->item)) continue;
    const auto first =
        std::find_if(events.begin(), events.end(), [&](const event& other) { return other.row->item == e.row->item; });
    cold[first->place] = e.row->item;
    for (const auto& c : category_of(e)) {
      if (has(out.category, c)) out.cold_category[{e.row->item, c}] += e.weight;
    }
    for (const auto& t : tags_of(e)) {
      if (has(out.tags, t)) out.cold_tags[{e.row->item, t}] += e.weight;
    }
  }
  for (const auto& [place, item] : cold) out.cold.push_back(item);
  const auto finish = [&](const auto& queries) {
    std::vector<naive_query> finished;
    for (const auto& [history, target, user] : queries) {
      naive_query q;
      for (const event& e : history) {
        if (has(out.item, e.row->item)) q.history.push_back(e.row->item);
        const bool is_cold = std::count(out.cold.begin(), out.cold.end(), e.row->item) > 0;
        if (!out.cold.empty() && (is_cold || has(out.item, e.row->item))) q.cold_history.push_back(e.row->item);
      }
      for (const event& e : user) {
        if (!older(e, target) || !has(out.item, e.row->item)) continue;
        q.past.emplace_back(e.row->item, target.row->time - e.row->time);
      }
      q.target = has(out.item, target.row->item) ? target.row->item : "";
      q.cold = q.target.empty() ? target.row->item : "";
      finished.push_back(q);
    }
    return finished;
  };
  out.validation = finish(validation);
  out.test = finish(test);
  return out;
}

}  // namespace m2grl::test
