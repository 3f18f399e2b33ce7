/// Lists of mixed scores, against scores in float64 and against what the evaluation ranks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "m2grl/compose.hpp"
#include "m2grl/discovery.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/recommend.hpp"
#include "support/styles.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;
using test::styles;

namespace {

model with_metric() {
  model m = test::styles::planted();
  std::mt19937 random(5);
  metric_model metric;
  metric.options.view = "category";
  metric.options.dim = 8;
  metric.matrix = test::random_table(8, metric_dim(m, metric_instance::input), random);
  m.metric = std::move(metric);
  return m;
}

std::vector<double> standardised(std::vector<double> scores) {
  double mean = 0, squares = 0;
  for (const double s : scores) mean += s / double(scores.size());
  for (const double s : scores) squares += (s - mean) * (s - mean) / double(scores.size());
  for (double& s : scores) s = (s - mean) / std::sqrt(squares);
  return scores;
}

/// (1 − λ) z(in(i)·out(j)) + λ z(−‖M x_i − M x_j‖²) − κ [j has i's category], for a history of one item.
std::vector<double> expected(const model& m, node_id of, const discovery_taste& taste) {
  const table z = metric_vectors(m);
  std::vector<double> composed, metric;
  for (node_id j = 0; j < styles::items; ++j) {
    double dot = 0, squares = 0;
    for (std::size_t c = 0; c < styles::dim; ++c) {
      dot += double(m.views[0].tables.input[of][c]) * double(m.views[0].tables.output[j][c]);
    }
    for (std::size_t c = 0; c < z.dim(); ++c) squares += std::pow(double(z[of][c]) - double(z[j][c]), 2);
    composed.push_back(dot);
    metric.push_back(-squares);
  }
  composed = standardised(composed);
  metric = standardised(metric);
  for (node_id j = 0; j < styles::items; ++j) {
    composed[j] = (1 - taste.mix) * composed[j] + taste.mix * metric[j];
    if (styles::category_of(j) == styles::category_of(of)) composed[j] -= taste.known_penalty;
  }
  return composed;
}

}  // namespace

TEST_CASE("discoveries: lists are those of the mixed scores, worked out in float64") {
  const model m = with_metric();
  ragged histories;
  for (const node_id id : {node_id{3}, node_id{100}, node_id{191}}) {
    histories.ids.push_back(id);
    histories.end_row();
  }
  for (const discovery_taste& taste :
       {discovery_taste{0, 0, ""}, {0.3, 0, ""}, {0.3, 0.7, "category"}, {1, 0, ""}, {0, 9, ""}}) {
    const auto lists = recommend_discoveries(m, histories, 25, m.cfg.eval, taste);
    REQUIRE(lists.size() == 3);
    for (std::size_t q = 0; q < 3; ++q) {
      const node_id of = histories.ids[q];
      auto scores = expected(m, of, taste);
      REQUIRE(lists[q].size() == 25);
      for (const scored_node& found : lists[q]) {
        CHECK(found.id != of);
        CHECK(double(found.score) == Approx(scores[found.id]).margin(1e-4));
      }
      std::vector<double> order = scores;
      order.erase(order.begin() + of);
      std::sort(order.rbegin(), order.rend());
      for (std::size_t place = 0; place < 25; ++place) {
        CHECK(double(lists[q][place].score) == Approx(order[place]).margin(1e-4));
      }
    }
  }
}

TEST_CASE("discoveries: lists hit what the evaluation counts") {
  model m = with_metric();
  std::mt19937 random(9);
  m.test = {};
  for (std::size_t q = 0; q < 400; ++q) {
    for (int event = 0; event < 3; ++event)
      m.test.histories.ids.push_back(static_cast<node_id>(random() % styles::items));
    m.test.histories.end_row();
    m.test.targets.push_back(static_cast<node_id>(random() % styles::items));
  }
  discovery_options options;
  options.mix = {0.4};
  options.known_penalty = 0.8;
  const auto counted = evaluate_discovery(m, false, m.cfg.eval, options);
  const auto lists = recommend_discoveries(m, m.test.histories, 10, m.cfg.eval, {0.4, 0.8, ""});
  std::size_t hits = 0, repeats = 0;
  for (std::size_t q = 0; q < lists.size(); ++q) {
    const auto holds = [&](node_id id) {
      return std::any_of(lists[q].begin(), lists[q].end(), [&](const scored_node& s) { return s.id == id; });
    };
    hits += holds(m.test.targets[q]);
    const auto history = m.test.histories[q];
    repeats += std::find(history.begin(), history.end(), m.test.targets[q]) != history.end();
  }
  CHECK(hits > 5);
  // The evaluation lets a target stand that was bought before; a list never repeats the history.
  const double rate = counted.rows.back().at[0].hit_rate.value;
  CHECK(rate >= double(hits) / 400);
  CHECK(rate <= double(hits + repeats) / 400);
}

TEST_CASE("discoveries: filters hold, an empty history is all ties, and what is wrong is named") {
  model m = with_metric();
  ragged histories;
  histories.end_row();
  const std::vector<node_id> category = main_nodes(m, "category"), only_two{2};
  const std::vector<std::uint64_t> one_row{0, 1};
  const category_filter filter{category, {one_row, only_two}, category_filter::rule::only};
  const auto list = recommend_discoveries(m, histories, 5, m.cfg.eval, {0.5, 1, ""}, {&filter, 1})[0];
  REQUIRE(list.size() == 5);
  for (std::size_t place = 0; place < 5; ++place) {
    CHECK(list[place].id == styles::item(2, 0, 0) + place);
    CHECK(list[place].score == 0);
  }
  const auto lists = [&](std::uint32_t k, const discovery_taste& taste) {
    return recommend_discoveries(m, histories, k, m.cfg.eval, taste);
  };
  CHECK_THROWS_WITH(lists(0, {}), Contains("k is 0"));
  CHECK_THROWS_WITH(lists(styles::items + 1, {}), Contains("k is 193, but there are 192"));
  CHECK_THROWS_WITH(lists(5, {1.5, 0, ""}), Contains("a mixing weight is 1.5"));
  CHECK_THROWS_WITH(lists(5, {0, -1, ""}), Contains("the penalty of known categories is -1"));
  CHECK_THROWS_WITH(lists(5, {0, 0, "shop"}), Contains("there is no view \"shop\""));
  m.metric.reset();
  CHECK_THROWS_WITH(lists(5, {0.5, 0, ""}), Contains("the mixing weight 0.5 asks for a metric"));
  CHECK(lists(5, {0, 1, ""})[0].size() == 5);
  histories.ids = {static_cast<node_id>(styles::items)};
  histories.offsets = {0, 1};
  CHECK_THROWS_WITH(lists(5, {}), Contains("192 is no node of view \"item\""));
}
