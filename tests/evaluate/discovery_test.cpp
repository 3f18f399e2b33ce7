/// Discovery evaluation, against figures counted by hand and on planted data.
#include <catch2/catch.hpp>
#include <cmath>

#include <m2grl/discovery.hpp>
#include <m2grl/error.hpp>

#include "evaluate/hit_rates.hpp"
#include "evaluate/list_measures.hpp"
#include "support/styles.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;
using test::styles;

namespace {

/// Six items in a plane, categories 0 0 1 1 2 and none; in(i)·out(j) is in(i)·(j, 0): items rank 5, 4, 3 …
model ladder() {
  model m = test::small_model(6, 3);
  m.relations.clear();
  m.views[0].tables.input = table(6, 2);
  m.views[0].tables.output = table(6, 2);
  for (node_id i = 0; i < 6; ++i) {
    m.views[0].tables.input[i][i % 2] = 1;
    for (float& value : m.views[0].tables.output[i]) value = static_cast<float>(i);
  }
  link_data& link = m.links[0];
  link.targets.ids = {0, 0, 1, 1, 2};
  link.targets.offsets = {0, 1, 2, 3, 4, 5, 5};
  link.counts = {1, 1, 1, 1, 1};
  // Into a new category: a hit at 1 (item 4), not at 1 (item 3). Into an old one (2 after 3). Without one, unseen.
  m.test.histories.ids = {5, 0, 0, 5, 4, 3, 0, 0};
  m.test.histories.offsets = {0, 2, 5, 6, 7, 8};
  m.test.targets = {4, 3, 2, 5, no_node};
  m.cfg.eval.k = {1, 2, 3};
  m.cfg.eval.compose = {};
  return m;
}

}  // namespace

TEST_CASE("discovery: queries and hits counted by hand") {
  const model m = ladder();
  const auto result = evaluate_discovery(m, false, m.cfg.eval);
  CHECK(result.split == "test");
  CHECK(result.view == "category");
  CHECK(result.queries == 5);
  CHECK(result.discovery_queries == 2);
  CHECK(result.unknown_queries == 2);
  REQUIRE(result.rows.size() == 3);
  for (const discovery_row& row : std::span(result.rows).first(2)) {
    // Best three, without the history: 4 3 2 | 3 2 1 | 5 4 2 | 5 4 3 | 5 4 3.
    CHECK(row.at[0].hit_rate.value == Approx(3 / 5.0));  // 4, 3 and 5
    CHECK(row.at[1].hit_rate.value == Approx(3 / 5.0));
    CHECK(row.at[0].discovery_hit_rate.value == 1);
    CHECK(row.at[0].category_coverage == Approx(2 / 3.0));  // of 4 and 3; item 5 has none
    CHECK(row.at[1].category_coverage == Approx(2 / 3.0));
    CHECK(row.at[0].intra_list_distance == 0);
    CHECK(row.at[1].intra_list_distance == Approx(1));  // neighbours on the ladder are orthogonal
    // Last items: 0, 4, 3, 0, 0. Everything shown lies outside their categories.
    CHECK(row.at[1].outside_share == 1);
    CHECK(row.at[0].hit_rate.between.low <= row.at[0].hit_rate.value);
    CHECK(row.at[0].hit_rate.between.high >= row.at[0].hit_rate.value);
  }
  // The third query's target comes third, but its category is the history's: ruled out, it is a miss.
  CHECK(result.rows[1].at[2].hit_rate.value == Approx(4 / 5.0));
  CHECK(result.rows[2].at[0].hit_rate.value == Approx(3 / 5.0));
  CHECK(result.rows[2].at[2].hit_rate.value == Approx(3 / 5.0));
  CHECK(result.rows[2].at[2].discovery_hit_rate.value == 1);
  // counts 1000, 999, … 995; the first places show 4, 3, 5, 5, 5.
  const double total = 1000 + 999 + 998 + 997 + 996 + 995;
  const double bits = std::log2(total / 996) + std::log2(total / 997) + 3 * std::log2(total / 995);
  CHECK(result.rows[0].at[0].novelty == Approx(bits / 5));
}

TEST_CASE("discovery: what a user did before the session counts, and is forgotten after some days") {
  model m = ladder();
  const auto discoveries = [&](double days) {
    discovery_options options;
    options.days = days;
    const auto result = evaluate_discovery(m, false, m.cfg.eval, options);
    CHECK(result.days == days);
    return std::pair(result.discovery_queries, result.rows[2].at[0].hit_rate.value);
  };
  // Without times a query's past is its history. Targets: 4 (category 2), 3 (category 1), 2 (category 1, as 3) …
  CHECK(discoveries(0) == std::pair<std::uint64_t, double>(2, 3 / 5.0));
  CHECK_THROWS_WITH(discoveries(3), Contains("the model keeps no times of its test queries"));
  CHECK_THROWS_WITH(discoveries(-1), Contains("days are -1"));
  // The first query's user had met category 2 ten days before; the third one's met item 3 four days before, not now.
  m.test.past.ids = {4, 5, 0, 0, 5, 4, 3, 0, 0};
  m.test.past.offsets = {0, 3, 6, 7, 8, 9};
  m.test.past_seconds = {10 * 86400, 5, 4, 9, 8, 7, 4 * 86400, 1, 1};
  CHECK(discoveries(0).first == 1);
  CHECK(discoveries(0).second == Approx(2 / 5.0));  // item 4 is ruled out for the first query
  CHECK(discoveries(10).first == 1);
  CHECK(discoveries(9.99).first == 2);
  CHECK(discoveries(9.99).second == Approx(3 / 5.0));
  CHECK(discoveries(4).first == 2);
  CHECK(discoveries(3.99).first == 3);
}

TEST_CASE("discovery: a penalty of known categories, from none to ruling them out") {
  const model m = ladder();
  const auto rows = [&](double penalty) {
    discovery_options options;
    options.mix = {0};  // needs no metric
    options.known_penalty = penalty;
    const auto result = evaluate_discovery(m, false, m.cfg.eval, options);
    CHECK(result.known_penalty == penalty);
    REQUIRE(result.rows.size() == 4);
    std::vector<std::pair<double, double>> values;  // composed, new_only, mix: HR@3
    for (std::size_t row = 1; row < 4; ++row) values.emplace_back(result.rows[row].at[2].hit_rate.value, row);
    return values;
  };
  CHECK(rows(0)[2].first == rows(0)[0].first);
  // Standard scores of 0 … 5 lie 0.586 apart. The third query's target, 2, of category 1, stands third behind 5 and 4,
  // before 1 and 0, of category 0, which is not the history's: a penalty of one step puts it behind 1.
  CHECK(rows(0.5)[2].first == Approx(4 / 5.0));
  CHECK(rows(0.6)[2].first == Approx(3 / 5.0));
  CHECK(rows(0.6)[2].first == rows(0.6)[1].first);
  CHECK_THROWS_WITH(rows(-1), Contains("the penalty of known categories is -1"));
}

TEST_CASE("discovery: a list's measures by hand") {
  table vectors(3, 2);
  vectors[0][0] = 2;
  vectors[1][1] = 3;
  vectors[2][0] = -1;
  const std::vector<std::uint64_t> counts{4, 2, 2};
  const std::vector<node_id> categories{0, 1, no_node};
  const discovery::item_facts facts(vectors, counts, categories, 2);
  const std::vector<node_id> list{0, 1, 2};
  CHECK(facts.intra_list_distance(list) == Approx((1.0 + 2.0 + 1.0) / 3));
  CHECK(facts.intra_list_distance(std::span(list).first(1)) == 0);
  CHECK(facts.novelty(list) == Approx((1.0 + 2 + 2) / 3));
  CHECK(facts.outside_share(list, 0) == Approx(2 / 3.0));
  CHECK(facts.novelty({}) == 0);
}

TEST_CASE("discovery: hit rates of ways, among all queries and among those counted") {
  discovery::query_hits hits;
  for (std::size_t q = 0; q < 2000; ++q) {
    hits.ways_of.emplace_back();
    if (q % 10 == 0) hits.ways_of.back().push_back(1);
    hits.counted.push_back(q % 4 == 0);
  }
  const auto rates = discovery::rates_of(hits, 2, {1000, 5});
  CHECK(rates.all[0].value == 0);
  CHECK(rates.all[0].between.high == 0);
  CHECK(rates.all[1].value == Approx(0.1));
  CHECK(rates.counted[1].value == Approx(0.2));  // every 20th of them, a fourth are counted
  const double half = 1.96 * std::sqrt(0.2 * 0.8 / 500);
  CHECK(rates.counted[1].between.low == Approx(0.2 - half).epsilon(0.05));
  CHECK(rates.counted[1].between.high == Approx(0.2 + half).epsilon(0.05));
}

TEST_CASE("discovery: a metric lifts planted discoveries, and the curve joins both ends") {
  model m = styles::planted();
  std::mt19937 random(78);
  metric_options o;
  o.dim = 16;
  o.epochs = 20;
  o.batch = 128;
  o.learning_rate = 0.01;
  m.metric = train_metric(m, styles::sessions(random, 2000), o);
  discovery_options options;
  options.mix = {0, 0.5, 1};
  const auto result = evaluate_discovery(m, false, m.cfg.eval, options);
  CHECK(result.discovery_queries == result.queries);
  REQUIRE(result.rows.size() == 6);
  const auto rate = [&](std::size_t row) { return result.rows[row].at[0].discovery_hit_rate.value; };
  CHECK(rate(3) == rate(1));  // λ = 0 is the composed order
  CHECK(rate(5) > rate(1) + 0.3);
  CHECK(result.rows[5].at[0].outside_share > result.rows[1].at[0].outside_share);
  SECTION("λ outside 0 … 1, or without a metric") {
    for (const double mix : {-0.1, 1.5, static_cast<double>(NAN)}) {
      options.mix = {0.5, mix};
      CHECK_THROWS_WITH(evaluate_discovery(m, false, m.cfg.eval, options), Contains("it must lie between 0 and 1"));
    }
    m.metric.reset();
    options.mix = {0.5};
    CHECK_THROWS_WITH(evaluate_discovery(m, false, m.cfg.eval, options), Contains("asks for a metric"));
  }
}

TEST_CASE("discovery: what cannot be evaluated is refused by name") {
  model m = ladder();
  discovery_options options;
  options.view = "shop";
  CHECK_THROWS_WITH(evaluate_discovery(m, false, m.cfg.eval, options), Contains("there is no view \"shop\""));
  options.view = "item";
  CHECK_THROWS_WITH(evaluate_discovery(m, false, m.cfg.eval, options), Contains("\"item\" is the item view"));
  m.views[0].tables.output[2][0] = NAN;
  CHECK_THROWS_WITH(evaluate_discovery(m, false, m.cfg.eval), Contains("the score of candidate 2 for query"));
  m.test = {};
  CHECK_THROWS_WITH(evaluate_discovery(m, false, m.cfg.eval), Contains("the model holds no test queries"));
}
