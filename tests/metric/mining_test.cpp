/// Which pairs are mined, and what x is made of.
#include <catch2/catch.hpp>

#include <m2grl/error.hpp>
#include <m2grl/metric.hpp>

#include "metric/item_sampler.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

TEST_CASE("metric: pairs of a log counted by hand") {
  // Items 0, 1 of category 7; 2 of 8; 3 of none.
  const std::vector<node_id> categories{7, 7, 8, no_node};
  ragged log;
  log.ids = {0, 2, 0, 1, 3};
  log.end_row();
  log.ids.push_back(2);  // a session of its own: no pair with the one before
  log.end_row();
  log.end_row();
  SECTION("window 1") {
    const mined_pairs mined = mine_pairs(log, categories, 1);
    CHECK(mined.positives == std::vector<item_pair>{{0, 2}, {2, 0}});
    CHECK(mined.same_category == 1);     // 0 1
    CHECK(mined.unknown_category == 1);  // 1 3
    CHECK(mined.same_item == 0);
  }
  SECTION("window 2") {
    const mined_pairs mined = mine_pairs(log, categories, 2);
    CHECK(mined.positives == std::vector<item_pair>{{0, 2}, {2, 0}, {2, 1}});
    CHECK(mined.same_item == 1);  // 0 . 0
    CHECK(mined.same_category == 1);
    CHECK(mined.unknown_category == 2);  // 1 3, 0 . 3
  }
  SECTION("a window longer than the session takes every pair once") {
    const mined_pairs mined = mine_pairs(log, categories, 100);
    CHECK(mined.positives.size() + mined.same_item + mined.same_category + mined.unknown_category == 10);
    CHECK(mined.positives.size() == 3);
  }
  SECTION("an id that is no item") {
    log.ids[1] = 4;
    CHECK_THROWS_WITH(mine_pairs(log, categories, 1), "a sequence holds item 4, there are 4");
  }
}

TEST_CASE("metric: an item's category is its most counted node, of equals the lowest") {
  model m = test::small_model(4, 3);
  link_data& link = m.links[0];
  link.targets.ids = {2, 0, 1, 1, 2, 0};
  link.targets.offsets = {0, 2, 3, 3, 6};
  link.counts = {5, 5, 1, 3, 4, 2};
  CHECK(main_nodes(m, "category") == std::vector<node_id>{0, 1, no_node, 2});
  CHECK(main_nodes(m, "") == main_nodes(m, "category"));
}

TEST_CASE("metric: x holds the item's own vectors, then its nodes in the relation space") {
  const model m = test::small_model();
  const table x = metric_inputs(m, metric_instance::both);
  REQUIRE(x.dim() == 24 + 24 + 8);
  CHECK(metric_dim(m, metric_instance::input) == 24 + 8);
  CHECK(std::equal(x[3].begin(), x[3].begin() + 24, m.views[0].tables.input[3].begin()));
  CHECK(std::equal(x[3].begin() + 24, x[3].begin() + 48, m.views[0].tables.output[3].begin()));
  // Item 6 has two categories; the relation to them is a sigmoid of its own matrix on their side.
  const link_data& link = m.links[0];
  for (std::size_t r = 0; r < 8; ++r) {
    double expected = 0, total = 0;
    for (std::uint64_t i = link.targets.offsets[6]; i < link.targets.offsets[7]; ++i) {
      double product = 0;
      for (std::size_t c = 0; c < 17; ++c) {
        product += static_cast<double>(m.relations[0].w_to[r][c]) *
                   static_cast<double>(m.views[1].tables.input[link.targets.ids[i]][c]);
      }
      expected += link.counts[i] / (1 + std::exp(-product));
      total += link.counts[i];
    }
    CHECK(x[6][48 + r] == Approx(expected / total).epsilon(1e-5));
    CHECK(x[10][48 + r] == 0);  // item 10 has no category
  }
  SECTION("f is the relation's") {
    model other = test::small_model();
    other.relations[0].projection = projection_kind::identity;
    const table z = metric_inputs(other, metric_instance::both);
    other.relations[0].projection = projection_kind::tanh;
    const table bent = metric_inputs(other, metric_instance::both);
    CHECK(bent[3][50] == Approx(std::tanh(z[3][50])));  // item 3 has one category
    CHECK(x[3][50] == Approx(1 / (1 + std::exp(-z[3][50]))));
  }
  SECTION("a view that no relation aligned enters as it is") {
    model plain = test::small_model();
    plain.relations.clear();
    const table raw = metric_inputs(plain, metric_instance::input);
    REQUIRE(raw.dim() == 24 + 17);
    CHECK(std::equal(raw[1].begin() + 24, raw[1].end(), plain.views[1].tables.input[1].begin()));
  }
}

TEST_CASE("metric: a category-like view is needed") {
  model m = test::small_model();
  CHECK_THROWS_WITH(category_view(m, "item"), Contains("\"item\" is the item view"));
  CHECK_THROWS_WITH(category_view(m, "shop"), Contains("there is no view \"shop\""));
  m.links.clear();
  CHECK_THROWS_WITH(category_view(m, "category"), Contains("\"category\" is not linked from the item view"));
  m.views.pop_back();
  CHECK_THROWS_WITH(category_view(m, ""), Contains("a metric model needs a linked category-like view"));
}

TEST_CASE("metric: negatives follow their weights, within a category and over all") {
  const std::vector<std::uint64_t> counts{1, 4, 16, 0};
  const std::vector<node_id> categories{5, no_node, 5, 5};
  const metric::item_sampler sampler(counts, categories, 0.5);  // weights 1, 2, 4, 1
  std::vector<double> all(4, 0), category(4, 0);
  for (int i = 0; i < 8000; ++i) {
    ++all[sampler.any(i / 8000.0)];
    ++category[sampler.of_category(0, i / 8000.0)];
  }
  CHECK(all == std::vector<double>{1000, 2000, 4000, 1000});
  CHECK(category[1] == 0);
  CHECK(category[2] == Approx(8000 * 4 / 6.0).margin(1));
  CHECK(sampler.of_category(1, 0.999) == 1);  // alone without a category
}

TEST_CASE("metric: sequences get the model's ids") {
  const model m = test::small_model(4, 2);
  dataset data;
  data.views.resize(1);
  data.views[0].ids = vocabulary({"i3", "i0"}, {2, 1});
  data.views[0].sequences.ids = {0, 1, 0};
  data.views[0].sequences.end_row();
  CHECK(sequences_of(m, data).ids == std::vector<node_id>{3, 0, 3});
  data.views[0].ids = vocabulary({"i3", "new"}, {2, 1});
  CHECK_THROWS_WITH(sequences_of(m, data), Contains("item \"new\" of the data is unknown to the model"));
}
