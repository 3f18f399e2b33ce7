#include <algorithm>
#include <cmath>

#include "ingest/parallel.hpp"
#include "m2grl/synth.hpp"
#include "synth/draws.hpp"
#include "synth/planting.hpp"

namespace m2grl {
namespace {

using namespace synth;

constexpr std::int64_t opening = 1704067200;                 // 2024-01-01 00:00 UTC
constexpr std::int64_t opening_days = 30;                    // users arrive over this many days
constexpr std::int64_t least_gap = 7200, most_gap = 259200;  // between sessions, seconds: 2 hours, 3 days
constexpr std::int64_t least_pause = 5, most_pause = 300;    // between events of a session, seconds
constexpr int most_tries = 64;                               // draws for an item that is not a repeat
constexpr double most_events = 20;                           // of a user, in means

std::size_t draw_event_count(const synth_config& plan, draws& random) {
  const double excess = plan.events_per_user - static_cast<double>(plan.min_events);
  if (excess <= 0) return plan.min_events;
  const double drawn = std::floor(std::log1p(-random.uniform()) / std::log(excess / (1 + excess)));
  return plan.min_events + static_cast<std::size_t>(std::min(drawn, most_events * plan.events_per_user));
}

void draw_tastes(const synth_config& plan, std::span<const double> cumulative, draws& random,
                 std::span<node_id> tastes) {
  for (std::size_t t = 0; t < tastes.size(); ++t) {
    const auto chosen = tastes.first(t);
    const auto taken = [&](node_id taste) { return std::find(chosen.begin(), chosen.end(), taste) != chosen.end(); };
    auto taste = static_cast<node_id>(draw_index(cumulative, random.uniform()));
    for (int tries = 0; taken(taste) && tries < most_tries; ++tries) {
      taste = static_cast<node_id>(draw_index(cumulative, random.uniform()));
    }
    while (taken(taste)) taste = (taste + 1) % static_cast<node_id>(taste_count(plan));
    tastes[t] = taste;
  }
}

/// Draws the events of one user.
class shopper {
 public:
  shopper(const marketplace& m, std::size_t user)
      : m_(m), tastes_(m.tastes[user]), random_(m.plan.seed, drawn::user_events, user) {}

  void fill(std::span<node_id> items, std::span<std::int64_t> times) {
    std::int64_t time = opening + between(0, opening_days * 86400);
    for (std::size_t e = 0; e < items.size(); ++e) {
      bool new_session = e == 0;
      items[e] = new_session ? of_tastes() : unseen(items.first(e), new_session);
      if (e > 0) time += new_session ? between(least_gap, most_gap) : between(least_pause, most_pause);
      times[e] = time;
    }
  }

 private:
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_.uniform() * static_cast<double>(most - least + 1));
  }
  node_id of_group(const item_groups& groups, std::size_t group) {
    return groups.members[group][draw_index(row_of(groups, groups.cumulative, group), random_.uniform())];
  }
  node_id of_tastes() {
    const auto categories = m_.categories_of_taste[tastes_[random_.below(tastes_.size())]];
    return of_group(m_.by_category, categories[random_.below(categories.size())]);
  }
  node_id unseen(std::span<const node_id> history, bool& new_session) {
    node_id item = no_node;
    for (int tries = 0; tries < most_tries; ++tries) {
      new_session = random_.uniform() < m_.plan.session_end;
      item = new_session ? of_tastes() : after(history.back());
      if (std::find(history.rbegin(), history.rend(), item) == history.rend()) break;
    }
    return item;
  }
  node_id after(node_id last) {
    const synth_config& plan = m_.plan;
    double u = random_.uniform();
    if (u < plan.follow) return successor(last);
    if ((u -= plan.follow) < plan.same_brand) return of_group(m_.by_brand, m_.brand[last]);
    const node_id category = m_.category[last];
    if ((u -= plan.same_brand) < plan.same_category) return of_group(m_.by_category, category);
    if (u - plan.same_category >= plan.related_category) return of_tastes();
    const auto related = m_.related_categories[category];
    return of_group(m_.by_category, related.empty() ? category : related[random_.below(related.size())]);
  }
  node_id successor(node_id last) {
    const auto next = m_.successors[last];
    if (next.empty()) return of_tastes();
    const double whole = 2 - std::ldexp(1.0, 1 - static_cast<int>(next.size()));  // 1 + ½ + ¼ + …
    double u = random_.uniform() * whole, weight = 1;
    std::size_t s = 0;
    for (; s + 1 < next.size() && u >= weight; ++s, weight /= 2) u -= weight;
    return next[s];
  }

  const marketplace& m_;
  std::span<const node_id> tastes_;
  draws random_;
};

void draw_users(marketplace& m) {
  const synth_config& plan = m.plan;
  std::vector<double> share, cumulative;
  zipf_shares(taste_count(plan), plan.taste_zipf, share, cumulative);
  std::vector<std::uint64_t>& offsets = m.events.offsets;
  offsets.assign(plan.users + 1, 0);
  m.tastes.ids.resize(plan.users * plan.tastes_per_user);
  m.tastes.offsets.resize(plan.users + 1);
  ingest::parallel_ranges(plan.users, ingest::worker_count(plan.threads), [&](std::size_t begin, std::size_t end) {
    for (std::size_t user = begin; user < end; ++user) {
      draws random(plan.seed, drawn::user_plan, user);
      offsets[user + 1] = draw_event_count(plan, random);
      m.tastes.offsets[user + 1] = (user + 1) * plan.tastes_per_user;
      draw_tastes(plan, cumulative, random,
                  std::span(m.tastes.ids).subspan(user * plan.tastes_per_user, plan.tastes_per_user));
    }
  });
  for (std::size_t user = 0; user < plan.users; ++user) offsets[user + 1] += offsets[user];
}

}  // namespace

marketplace generate_marketplace(const synth_config& plan) {
  check_plan(plan);
  marketplace m;
  m.plan = plan;
  plant(m);
  draw_users(m);
  m.events.ids.resize(m.events.offsets.back());
  m.times.resize(m.events.offsets.back());
  constexpr std::size_t block = 256;
  ingest::parallel_each((plan.users + block - 1) / block, ingest::worker_count(plan.threads), [&](std::size_t b) {
    for (std::size_t user = b * block; user < std::min(plan.users, (b + 1) * block); ++user) {
      const std::uint64_t begin = m.events.offsets[user], count = m.events.offsets[user + 1] - begin;
      shopper(m, user).fill(std::span(m.events.ids).subspan(begin, count), std::span(m.times).subspan(begin, count));
    }
  });
  return m;
}

}  // namespace m2grl
