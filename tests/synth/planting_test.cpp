#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "m2grl/error.hpp"
#include "plans.hpp"

using namespace m2grl;
using test::small_plan;

namespace {

/// Counts of draws against their expectation: within five standard deviations of a sum of independent draws.
struct tally {
  double observed = 0, expected = 0, variance = 0;
  void add(bool happened, double p) {
    observed += happened;
    expected += p;
    variance += p * (1 - p);
  }
  [[nodiscard]] double deviations() const { return (observed - expected) / std::sqrt(variance); }
};

/// Probability, by the rules in synth.hpp alone, that each item follows `last`; written against the plan anew.
std::vector<double> by_the_rules(const marketplace& m, std::size_t user, node_id last) {
  const synth_config& plan = m.plan;
  std::vector<double> p(plan.items, 0), taste(plan.items, 0);
  const auto spread = [](const marketplace& of, std::vector<double>& to, const std::vector<node_id>& attribute,
                         node_id value, const item_groups& groups, double mass) {
    double whole = 0;
    for (std::size_t i = 0; i < attribute.size(); ++i) {
      if (attribute[i] == value) whole += std::pow(groups.rank[i] + 1.0, -of.plan.zipf);
    }
    for (std::size_t i = 0; i < attribute.size(); ++i) {
      if (attribute[i] == value) to[i] += mass * std::pow(groups.rank[i] + 1.0, -of.plan.zipf) / whole;
    }
  };
  for (const node_id t : m.tastes[user]) {
    for (const node_id c : m.categories_of_taste[t]) {
      spread(m, taste, m.category, c, m.by_category,
             1.0 / static_cast<double>(m.tastes[user].size() * m.categories_of_taste[t].size()));
    }
  }
  const double stay = 1 - plan.session_end;
  double weight = 1, whole = 0;
  for (std::size_t s = 0; s < m.successors[last].size(); ++s, weight /= 2) whole += weight;
  weight = 1;
  for (const node_id next : m.successors[last])
    p[next] += stay * plan.follow * std::exchange(weight, weight / 2) / whole;
  spread(m, p, m.brand, m.brand[last], m.by_brand, stay * plan.same_brand);
  spread(m, p, m.category, m.category[last], m.by_category, stay * plan.same_category);
  for (const node_id c : m.related_categories[m.category[last]]) {
    spread(m, p, m.category, c, m.by_category,
           stay * plan.related_category / static_cast<double>(m.related_categories[m.category[last]].size()));
  }
  const double other = 1 - stay * (plan.follow + plan.same_brand + plan.same_category + plan.related_category);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] += other * taste[i];
  return p;
}

}  // namespace

TEST_CASE("the same plan gives the same marketplace for any number of threads, another seed another") {
  synth_config plan = small_plan();
  plan.threads = 1;
  const marketplace one = generate_marketplace(plan);
  plan.threads = 5;
  const marketplace five = generate_marketplace(plan);
  CHECK(one.events.offsets == five.events.offsets);
  CHECK(one.events.ids == five.events.ids);
  CHECK(one.times == five.times);
  CHECK(one.category == five.category);
  CHECK(one.brand == five.brand);
  CHECK(one.shop == five.shop);
  CHECK(one.successors.ids == five.successors.ids);
  CHECK(one.tastes.ids == five.tastes.ids);
  plan.seed = 43;
  CHECK(generate_marketplace(plan).events.ids != one.events.ids);
}

TEST_CASE("what is planted has the shape that the plan asks for") {
  const marketplace m = generate_marketplace(small_plan());
  const synth_config& plan = m.plan;
  REQUIRE(m.category.size() == plan.items);
  CHECK(m.categories_of_taste.size() == 6);
  CHECK(m.by_category.members.size() == plan.categories);
  CHECK(m.by_brand.members.size() == plan.brands);
  for (const auto* groups : {&m.by_category, &m.by_brand}) {
    const auto& attribute = groups == &m.by_category ? m.category : m.brand;
    std::vector<node_id> all = groups->members.ids;
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == i);  // every item once
    for (std::size_t g = 0; g < groups->members.size(); ++g) {
      const auto members = groups->members[g];
      double sum = 0;
      for (std::size_t r = 0; r < members.size(); ++r) {
        REQUIRE(attribute[members[r]] == g);
        REQUIRE(groups->rank[members[r]] == r);
        const double share = groups->share[groups->members.offsets[g] + r];
        REQUIRE(share ==
                Approx(groups->share[groups->members.offsets[g]] * std::pow(static_cast<double>(r + 1), -plan.zipf)));
        sum += share;
      }
      if (!members.empty()) REQUIRE(sum == Approx(1));
    }
  }
  std::set<node_id> taste_of_brand[60];
  for (std::size_t i = 0; i < plan.items; ++i) {
    const node_id taste = m.taste_of_category[m.category[i]];
    taste_of_brand[m.brand[i]].insert(taste);
    REQUIRE(m.shop[i] < plan.shops);
    const auto next = m.successors[i];
    REQUIRE(next.size() == plan.successors);
    REQUIRE(std::set<node_id>(next.begin(), next.end()).size() == next.size());
    for (const node_id j : next) REQUIRE((j != i && m.taste_of_category[m.category[j]] == taste));
  }
  for (const auto& tastes : taste_of_brand) CHECK(tastes.size() <= 1);
  for (std::size_t u = 0; u < plan.users; ++u) {
    const auto tastes = m.tastes[u];
    REQUIRE(std::set<node_id>(tastes.begin(), tastes.end()).size() == plan.tastes_per_user);
  }
}

TEST_CASE("events: number, times and sessions follow the plan, nobody has an item twice") {
  const marketplace m = generate_marketplace(small_plan());
  const synth_config& plan = m.plan;
  tally ends;
  std::uint64_t repeats = 0;
  double squares = 0;
  for (std::size_t u = 0; u < plan.users; ++u) {
    const auto events = m.events[u];
    REQUIRE(events.size() >= plan.min_events);
    squares += std::pow(static_cast<double>(events.size()) - plan.events_per_user, 2);
    repeats += events.size() - std::set<node_id>(events.begin(), events.end()).size();
    for (std::uint64_t e = m.events.offsets[u] + 1; e < m.events.offsets[u + 1]; ++e) {
      const std::int64_t gap = m.times[e] - m.times[e - 1];
      REQUIRE(((gap >= 5 && gap <= 300) || gap >= 7200));
      ends.add(gap >= 7200, plan.session_end);
    }
  }
  const double mean = static_cast<double>(m.events.ids.size()) / static_cast<double>(plan.users);
  CHECK(mean == Approx(plan.events_per_user).epsilon(0.03));
  const double excess = plan.events_per_user - static_cast<double>(plan.min_events);  // geometric: variance m (1 + m)
  CHECK(squares / static_cast<double>(plan.users) == Approx(excess * (1 + excess)).epsilon(0.1));
  CHECK(repeats < m.events.ids.size() / 1000);  // only where 64 draws in a row were repeats
  // A new session is likelier to bring an unseen item than its continuation, so repeats tilt the share a little.
  CHECK(ends.observed / ends.expected == Approx(1).epsilon(0.1));
}

TEST_CASE("the planted probabilities are those of the rules, and the events were drawn by them") {
  const marketplace m = generate_marketplace(small_plan());
  const synth_config& plan = m.plan;
  tally first_successor, second_successor, last_successor, any_successor, brand, category, related, head;
  for (std::size_t u = 0; u < plan.users; ++u) {
    const auto events = m.events[u];
    const std::size_t e = 1 + u % (events.size() - 1);  // one transition a user
    const node_id last = events[e - 1], next = events[e];
    std::vector<double> p = next_item_probabilities(m, u, last);
    REQUIRE(std::accumulate(p.begin(), p.end(), 0.0) == Approx(1));
    if (u < 100) {
      const auto expected = by_the_rules(m, u, last);
      for (std::size_t i = 0; i < p.size(); ++i) REQUIRE(p[i] == Approx(expected[i]).margin(1e-12));
    }
    for (std::size_t i = 0; i < e; ++i) p[events[i]] = 0;  // repeats were drawn again
    const double left = std::accumulate(p.begin(), p.end(), 0.0);
    const auto count = [&](tally& t, const std::function<bool(node_id)>& of) {
      double mass = 0;
      for (node_id i = 0; i < p.size(); ++i) mass += of(i) ? p[i] / left : 0;
      t.add(of(next), mass);
    };
    const auto successors = m.successors[last];
    const auto near = m.related_categories[m.category[last]];
    const auto tastes = m.tastes[u];
    count(first_successor, [&](node_id i) { return i == successors[0]; });
    count(second_successor, [&](node_id i) { return i == successors[1]; });
    count(last_successor, [&](node_id i) { return i == successors.back(); });
    count(any_successor,
          [&](node_id i) { return std::find(successors.begin(), successors.end(), i) != successors.end(); });
    count(brand, [&](node_id i) { return m.brand[i] == m.brand[last]; });
    count(category, [&](node_id i) { return m.category[i] == m.category[last]; });
    count(related, [&](node_id i) { return std::find(near.begin(), near.end(), m.category[i]) != near.end(); });
    count(head, [&](node_id i) { return m.by_category.rank[i] == 0; });
    const node_id taste = m.taste_of_category[m.category[next]];  // every step stays within the user's tastes
    REQUIRE(std::find(tastes.begin(), tastes.end(), taste) != tastes.end());
  }
  for (const tally* t :
       {&first_successor, &second_successor, &last_successor, &any_successor, &brand, &category, &related, &head}) {
    CHECK(t->observed > 100);
    CHECK(std::abs(t->deviations()) < 5);
  }
}

TEST_CASE("first events are drawn by Zipf within the user's tastes") {
  synth_config plan = small_plan();
  plan.users = 60000;
  plan.events_per_user = static_cast<double>(plan.min_events = 1);
  const marketplace m = generate_marketplace(plan);
  std::vector<double> count(plan.items, 0), of_category(plan.categories, 0);
  for (std::size_t u = 0; u < plan.users; ++u) {
    const node_id item = m.events[u][0];
    ++count[item];
    ++of_category[m.category[item]];
    const auto tastes = m.tastes[u];
    REQUIRE(std::find(tastes.begin(), tastes.end(), m.taste_of_category[m.category[item]]) != tastes.end());
  }
  for (std::size_t c = 0; c < plan.categories; ++c) {
    const auto members = m.by_category.members[c];
    double chi_square = 0;
    for (std::size_t r = 0; r < members.size(); ++r) {
      const double expected = of_category[c] * m.by_category.share[m.by_category.members.offsets[c] + r];
      chi_square += std::pow(count[members[r]] - expected, 2) / expected;
    }
    const double freedom = static_cast<double>(members.size()) - 1;
    CHECK(std::abs(chi_square - freedom) < 5 * std::sqrt(2 * freedom) + 5);
  }
}

TEST_CASE("odd plans work: one of everything, no successors, more tastes than brands") {
  synth_config plan = small_plan();
  plan.users = 50;
  plan.items = plan.categories = plan.brands = plan.shops = plan.tastes_per_user = 1;
  CHECK(generate_marketplace(plan).events.ids[3] == 0);  // the only item, repeated
  plan = small_plan();
  plan.users = 200;
  plan.successors = 0;
  plan.brands = plan.shops = 2;
  plan.categories_per_taste = 1;
  plan.tastes_per_user = plan.categories;
  const marketplace m = generate_marketplace(plan);
  for (node_id last = 0; last < 20; ++last) {
    const auto p = next_item_probabilities(m, last, last);
    CHECK(std::accumulate(p.begin(), p.end(), 0.0) == Approx(1));
  }
}

TEST_CASE("an impossible plan is refused by its value") {
  const auto refused = [](auto&& spoil, const char* message) {
    synth_config plan = small_plan();
    spoil(plan);
    CHECK_THROWS_WITH(generate_marketplace(plan), Catch::Contains(message));
  };
  refused([](synth_config& p) { p.users = 0; }, "0 users");
  refused([](synth_config& p) { p.items = 29; }, "29 items");
  refused([](synth_config& p) { p.categories = 0; }, "categories");
  refused([](synth_config& p) { p.brands = 0; }, "brands");
  refused([](synth_config& p) { p.shops = 0; }, "shops");
  refused([](synth_config& p) { p.categories_per_taste = 0; }, "per taste");
  refused([](synth_config& p) { p.tastes_per_user = 7; }, "7 tastes per user: 30 categories make 6");
  refused([](synth_config& p) { p.events_per_user = 4; }, "4 events per user");
  refused([](synth_config& p) { p.zipf = -1; }, "-1");
  refused([](synth_config& p) { p.follow = 0.9; }, "add up to");
  refused([](synth_config& p) { p.session_end = 1.5; }, "1.5");
  refused([](synth_config& p) { p.successors = 65; }, "65 successors");
}
