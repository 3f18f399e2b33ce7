/// M learns what a log says, the same way every time; options out of range are refused.
#include <omp.h>
#include <catch2/catch.hpp>

#include <m2grl/error.hpp>
#include <m2grl/metric.hpp>

#include "model/model_equal.hpp"
#include "support/styles.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;
using test::styles;

namespace {

metric_options small_options() {
  metric_options o;
  o.dim = 16;
  o.window = 2;
  o.epochs = 20;
  o.batch = 128;
  o.learning_rate = 0.01;
  return o;
}

ragged sessions_for_training() {
  std::mt19937 random(77);
  return styles::sessions(random, 2000);
}

/// Share of the nearest 10 of every item that have its style and another category.
double style_share(const std::vector<std::vector<scored_node>>& neighbours) {
  std::size_t good = 0;
  for (node_id i = 0; i < neighbours.size(); ++i) {
    for (const scored_node& other : neighbours[i]) {
      good +=
          styles::style_of(other.id) == styles::style_of(i) && styles::category_of(other.id) != styles::category_of(i);
    }
  }
  return static_cast<double>(good) / static_cast<double>(neighbours.size() * 10);
}

std::vector<std::vector<scored_node>> nearest(const model& m, std::span<const node_id> nodes, std::uint32_t k) {
  neighbour_limits limits;
  limits.k = k;
  return similar_nodes(metric_neighbours(m), nodes, limits);
}

}  // namespace

TEST_CASE("metric: M recovers planted pairs across categories") {
  model m = styles::planted();
  std::vector<double> losses;
  m.metric = train_metric(m, sessions_for_training(), small_options(),
                          [&](const metric_progress& now) { losses.push_back(now.loss); });
  REQUIRE(losses.size() == 20);
  CHECK(losses.back() < 0.5 * losses.front());
  CHECK(m.metric->loss == losses.back());
  CHECK(m.metric->options.view == "category");
  CHECK(m.metric->pairs == 2000 * 3);
  const double learned = style_share(nearest(m, {}, 10));
  const table x = metric_inputs(m, metric_instance::input);
  const double before = style_share(search_top_k(x, x, 10, {}, similarity::cosine));
  INFO(before << " before, " << learned << " learned");
  CHECK(before < 0.1);
  CHECK(learned > 0.8);
}

TEST_CASE("metric: neighbours are the nearest by -d², without the item itself") {
  model m = styles::planted();
  m.metric = train_metric(m, sessions_for_training(), small_options());
  const table z = metric_vectors(m);
  const std::vector<node_id> wanted{5, 0};
  const auto found = nearest(m, wanted, 3);
  REQUIRE(found.size() == 2);
  for (std::size_t w = 0; w < 2; ++w) {
    std::vector<scored_node> all;
    for (node_id j = 0; j < z.rows(); ++j) {
      double squares = 0;
      for (std::size_t c = 0; c < z.dim(); ++c) squares += std::pow(z[wanted[w]][c] - z[j][c], 2);
      if (j != wanted[w]) all.push_back({j, static_cast<float>(-squares)});
    }
    std::sort(all.begin(), all.end(), [](auto a, auto b) { return a.score > b.score; });
    for (std::size_t r = 0; r < 3; ++r) CHECK(found[w][r].score == Approx(all[r].score).margin(1e-4));
  }
  CHECK_THROWS_WITH(nearest(m, std::vector<node_id>{9999}, 3), Contains("9999 is no node of view \"item\""));
}

TEST_CASE("metric: one seed gives one matrix, for any number of threads") {
  const model m = styles::planted();
  metric_options o = small_options();
  o.epochs = 2;
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const metric_model one = train_metric(m, sessions_for_training(), o);
  omp_set_num_threads(3);
  const metric_model three = train_metric(m, sessions_for_training(), o);
  omp_set_num_threads(threads);
  CHECK(test::same_bits(one.matrix, three.matrix));
  o.seed = 2;
  CHECK_FALSE(test::same_bits(one.matrix, train_metric(m, sessions_for_training(), o).matrix));
}

TEST_CASE("metric: what cannot be trained is refused by name") {
  const model m = styles::planted();
  const ragged log = sessions_for_training();
  const auto fails = [&](auto change, const char* message) {
    metric_options o = small_options();
    change(o);
    CHECK_THROWS_WITH(train_metric(m, log, o), Contains(message));
  };
  fails([](auto& o) { o.dim = 0; }, "the metric's dimension is 0, it must lie between 1 and 1024");
  fails([](auto& o) { o.margin = 0; }, "the metric's margin is 0");
  fails([](auto& o) { o.window = 0; }, "the metric's window is 0");
  fails([](auto& o) { o.negatives = 0; }, "the metric's number of negatives is 0");
  fails([](auto& o) { o.same_category = 1.5; }, "share of same-category negatives is 1.5");
  fails([](auto& o) { o.alpha = -1; }, "the metric's alpha is -1");
  fails([](auto& o) { o.epochs = 0; }, "the metric's number of epochs is 0");
  fails([](auto& o) { o.batch = 0; }, "the metric's batch is 0");
  fails([](auto& o) { o.learning_rate = NAN; }, "the metric's learning rate is nan");
  fails([](auto& o) { o.view = "shop"; }, "there is no view \"shop\"");
  ragged one_category;
  one_category.ids = {0, 1, 0};
  one_category.end_row();
  CHECK_THROWS_WITH(train_metric(m, one_category, small_options()),
                    Contains("no two items within 2 places of one session differ in \"category\": 2 pairs share"));
  model alone = styles::planted();
  alone.links.clear();
  CHECK_THROWS_WITH(train_metric(alone, log, small_options()), Contains("needs a linked category-like view"));
  CHECK_THROWS_WITH(metric_vectors(m), Contains("the model has no metric"));
}

TEST_CASE("metric: values that are not numbers are refused, a rate that breaks the training is told") {
  model m = styles::planted();
  m.views[0].tables.input[7][3] = NAN;
  CHECK_THROWS_WITH(train_metric(m, sessions_for_training(), small_options()),
                    Contains("the vectors of item \"i7\" hold nan"));
  metric_options o = small_options();
  o.learning_rate = 1e300;
  CHECK_THROWS_AS(train_metric(styles::planted(), sessions_for_training(), o), diverged);
}
