#include "m2grl/compose.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "m2grl/error.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += double(a[d]) * double(b[d]);
  return sum;
}

/// Count-weighted mean of the scores of all pairs of attribute nodes: what the composed product must equal.
double attribute_score(const model& m, const table& right, std::size_t i, std::size_t j) {
  const link_data& link = m.links[0];
  const auto& offsets = link.targets.offsets;
  double sum = 0, total_i = 0, total_j = 0;
  for (auto a = offsets[i]; a < offsets[i + 1]; ++a) total_i += link.counts[a];
  for (auto b = offsets[j]; b < offsets[j + 1]; ++b) total_j += link.counts[b];
  for (auto a = offsets[i]; a < offsets[i + 1]; ++a) {
    for (auto b = offsets[j]; b < offsets[j + 1]; ++b) {
      sum += link.counts[a] / total_i * link.counts[b] / total_j *
             dot(m.views[1].tables.input[link.targets.ids[a]], right[link.targets.ids[b]]);
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("query · candidate is the weighted sum of the views' scores") {
  const model m = small_model();  // items of one, two and no categories; views of different dimensions
  const double item_weight = GENERATE(1.0, 0.0, -2.5), category_weight = GENERATE(0.5, 3.0);
  const double gamma = GENERATE(0.0, 0.3);
  const bool category_first = GENERATE(false, true);
  std::vector<compose_part> compose{{"item", item_weight}, {"category", category_weight}};
  if (category_first) std::swap(compose[0], compose[1]);
  const auto parts = parts_of(m, compose);
  const table q = query_vectors(parts), c = candidate_vectors(parts, gamma);
  const view_tables &item = m.views[0].tables, &category = m.views[1].tables;
  REQUIRE((q.rows() == 40 && c.rows() == 40 && q.dim() == 41 && c.dim() == 41));
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t j = 0; j < 40; ++j) {
      const double expected =
          item_weight * (dot(item.input[i], item.output[j]) + gamma * dot(item.input[i], item.input[j])) +
          category_weight *
              (attribute_score(m, category.output, i, j) + gamma * attribute_score(m, category.input, i, j));
      REQUIRE(dot(q[i], c[j]) == Approx(expected).margin(2e-5));
    }
  }
}

TEST_CASE("an attribute alone: items without one have zeros") {
  const model m = small_model();
  const std::vector<compose_part> compose{{"category", 2}};
  const auto parts = parts_of(m, compose);
  const table q = query_vectors(parts), c = candidate_vectors(parts);
  REQUIRE((q.rows() == 40 && q.dim() == 17));
  for (const std::size_t without : {std::size_t{10}, std::size_t{21}, std::size_t{32}}) {
    const bool none = m.links[0].targets[without].empty();
    CHECK((dot(q[without], q[without]) == 0) == none);
    CHECK((dot(c[without], c[without]) == 0) == none);
  }
  CHECK(m.links[0].targets[10].empty());
}

TEST_CASE("no composition is the item view alone") {
  const model m = small_model();
  const auto parts = parts_of(m, {});
  const table q = query_vectors(parts), c = candidate_vectors(parts);
  for (std::size_t i = 0; i < 40; ++i) {
    REQUIRE(std::equal(q[i].begin(), q[i].end(), m.views[0].tables.input[i].begin()));
    REQUIRE(std::equal(c[i].begin(), c[i].end(), m.views[0].tables.output[i].begin()));
  }
}

TEST_CASE("a composition that cannot be is refused") {
  model m = small_model();
  const auto fault = [&](std::vector<compose_part> compose) { (void)parts_of(m, compose); };
  CHECK_THROWS_WITH(fault({{"item", 1}, {"shop", 1}}), "compose names view \"shop\"; the views are item, category");
  CHECK_THROWS_WITH(fault({{"item", 1}, {"item", 1}}), "compose names view \"item\" twice");
  m.links.clear();
  CHECK_THROWS_WITH(fault({{"category", 1}}),
                    "view \"category\" cannot be composed: the item view is not linked to it");
  CHECK_THROWS_WITH(query_vectors({}), "nothing to compose: there are no parts");
  const table four(4, 2), five(5, 2);
  const std::vector<vector_part> uneven{{&four, &four, nullptr, 1}, {&five, &five, nullptr, 1}};
  CHECK_THROWS_WITH(candidate_vectors(uneven), "parts of one composition have 4 and 5 items");
}

TEST_CASE("histories: the decayed sum over the last items") {
  std::mt19937 random(6);
  const table items = random_table(30, 19, random);
  ragged histories;
  for (std::size_t h = 0; h < 60; ++h) {
    for (std::size_t i = 0; i < h % 12; ++i)
      histories.ids.push_back(static_cast<node_id>(random() % 30));  // empty ones as well
    histories.end_row();
  }
  const std::uint32_t last = GENERATE(0u, 1u, 3u, 50u);
  const double decay = GENERATE(0.0, 0.3, 1.0);
  const table got = history_vectors(items, histories, last, decay);
  REQUIRE((got.rows() == 60 && got.dim() == 19));
  for (std::size_t h = 0; h < 60; ++h) {
    std::vector<double> expected(19, 0);
    const auto history = histories[h];
    for (std::size_t k = 0; k < history.size(); ++k) {
      if (last != 0 && k >= last) continue;
      const double weight = k == 0 ? 1 : std::pow(decay, static_cast<double>(k));
      for (std::size_t d = 0; d < 19; ++d) expected[d] += weight * double(items[history[history.size() - 1 - k]][d]);
    }
    for (std::size_t d = 0; d < 19; ++d) REQUIRE(double(got[h][d]) == Approx(expected[d]).margin(1e-5));
  }
}

TEST_CASE("a history of unknown items is refused") {
  const table items(3, 2);
  ragged histories;
  histories.ids = {2, 3};
  histories.end_row();
  CHECK_THROWS_WITH(history_vectors(items, histories, 0, 0.5),
                    "a history holds node 3, which is not among the 3 items");
}
