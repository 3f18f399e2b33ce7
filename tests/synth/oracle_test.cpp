#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "m2grl/error.hpp"
#include "m2grl/evaluate.hpp"
#include "plans.hpp"

using namespace m2grl;
using test::small_plan;

namespace {

/// The held-out queries of a marketplace, as leave-last-out makes them; here every target counts as seen.
query_set queries_of(const marketplace& m, bool validation) {
  query_set queries;
  for (std::size_t u = 0; u < m.events.size(); ++u) {
    const auto events = m.events[u];
    if (events.size() < 3) continue;
    const auto history = events.first(events.size() - (validation ? 2 : 1));
    queries.histories.ids.insert(queries.histories.ids.end(), history.begin(), history.end());
    queries.histories.end_row();
    queries.targets.push_back(events[history.size()]);
  }
  return queries;
}

std::vector<std::uint64_t> training_counts(const marketplace& m) {
  std::vector<std::uint64_t> counts(m.plan.items, 0);
  for (std::size_t u = 0; u < m.events.size(); ++u) {
    const auto events = m.events[u];
    for (std::size_t e = 0; e + 2 < events.size(); ++e) ++counts[events[e]];
  }
  return counts;
}

}  // namespace

TEST_CASE("the oracle's figures are those of ranking every item by its probability") {
  synth_config plan = small_plan();
  plan.users = 300;
  plan.min_events = 1;
  const marketplace m = generate_marketplace(plan);
  const std::vector<std::uint32_t> k{1, 10, 50};
  for (const bool validation : {false, true}) {
    const query_set queries = queries_of(m, validation);
    std::vector<double> hits(k.size(), 0), gains(k.size(), 0);
    double reciprocal = 0;
    std::size_t q = 0;
    for (std::size_t u = 0; u < m.events.size(); ++u) {
      if (m.events[u].size() < 3) continue;
      const auto history = queries.histories[q];
      auto p = next_item_probabilities(m, u, history.back());
      const node_id target = queries.targets[q++];
      const double goal = p[target];
      for (const node_id item : history) p[item] = -1;
      p[target] = goal;
      std::vector<node_id> order(p.size());
      for (node_id i = 0; i < order.size(); ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(), [&](node_id a, node_id b) { return p[a] > p[b]; });
      const auto rank = std::find(order.begin(), order.end(), target) - order.begin() + 1;
      reciprocal += 1.0 / static_cast<double>(rank);
      for (std::size_t i = 0; i < k.size(); ++i) {
        if (rank > k[i]) continue;
        hits[i] += 1;
        gains[i] += 1 / std::log2(static_cast<double>(rank) + 1);
      }
    }
    const oracle_metrics oracle = oracle_ranking(m, validation, k);
    REQUIRE(oracle.queries == queries.size());
    REQUIRE(oracle.at.size() == k.size());
    const auto n = static_cast<double>(queries.size());
    CHECK(oracle.mrr == Approx(reciprocal / n));
    for (std::size_t i = 0; i < k.size(); ++i) {
      CHECK(oracle.at[i].k == k[i]);
      CHECK(oracle.at[i].hit_rate == Approx(hits[i] / n));
      CHECK(oracle.at[i].ndcg == Approx(gains[i] / n));
    }
  }
}

TEST_CASE("the oracle is far above popularity, and above ranking by half of what was planted") {
  const marketplace m = generate_marketplace(small_plan());
  const std::vector<std::uint32_t> k{10};
  const double oracle = oracle_ranking(m, false, k).at[0].hit_rate;
  const query_set queries = queries_of(m, false);
  const double popularity = evaluate_popularity(training_counts(m), queries, k).at_k(10).hit_rate;
  std::size_t followed = 0;  // the successors alone
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto next = m.successors[queries.histories[q].back()];
    followed += std::find(next.begin(), next.end(), queries.targets[q]) != next.end();
  }
  const double successors = static_cast<double>(followed) / static_cast<double>(queries.size());
  CHECK(oracle > 6 * popularity);
  CHECK(oracle > successors + 0.1);
  CHECK(oracle > 0.4);
  CHECK(oracle < 0.8);
}

TEST_CASE("the oracle refuses k = 0, and the probabilities of nobody") {
  const marketplace m = generate_marketplace(small_plan());
  const std::vector<std::uint32_t> zero{10, 0};
  CHECK_THROWS_AS(oracle_ranking(m, false, zero), invalid_input);
  CHECK_THROWS_AS(next_item_probabilities(m, m.plan.users, 0), invalid_input);
  CHECK_THROWS_AS(next_item_probabilities(m, 0, static_cast<node_id>(m.plan.items)), invalid_input);
}
