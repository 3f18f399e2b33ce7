/// Alignment evaluation against its definition, pair by pair.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include <m2grl/alignment_evaluation.hpp>
#include <m2grl/error.hpp>

#include "support/small_model.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

double projected(projection_kind f, double z) {
  return f == projection_kind::sigmoid ? 1 / (1 + std::exp(-z)) : f == projection_kind::tanh ? std::tanh(z) : z;
}

double logit(const model& m, const relation& r, std::size_t i, std::size_t j) {
  const table& w_to = r.w_to.empty() ? r.w_from : r.w_to;
  double sum = r.bias;
  for (std::size_t d = 0; d < r.w_from.rows(); ++d) {
    double a = 0, b = 0;
    for (std::size_t c = 0; c < r.w_from.dim(); ++c) a += double(r.w_from[d][c]) * m.views[r.from].tables.input[i][c];
    for (std::size_t c = 0; c < w_to.dim(); ++c) b += double(w_to[d][c]) * m.views[r.to].tables.input[j][c];
    sum += projected(r.projection, a) * projected(r.projection, b);
  }
  return sum;
}

struct naive_scores {
  double auc = 0, mrr = 0, hits = 0;
  std::size_t items = 0;
};

/// Every item's linked nodes beside its unlinked ones; `score(i, j)`.
template <class Score>
naive_scores naive(const link_data& link, std::size_t nodes, double k, const Score& score) {
  naive_scores all;
  for (std::size_t i = 0; i < link.targets.size(); ++i) {
    const auto linked = link.targets[i];
    if (linked.empty() || linked.size() == nodes) continue;
    ++all.items;
    for (const node_id target : linked) {
      double below = 0, above = 0;
      for (node_id j = 0; j < nodes; ++j) {
        if (std::find(linked.begin(), linked.end(), j) != linked.end()) continue;
        const double a = score(i, j), b = score(i, target);
        below += a < b ? 1 : a == b ? 0.5 : 0;
        above += a > b ? 1 : a == b ? 0.5 : 0;
      }
      const double share = 1 / double(linked.size());
      all.auc += share * below / double(nodes - linked.size());
      all.mrr += share / (1 + above);
      all.hits += share * (1 + above <= k ? 1 : 0);
    }
  }
  return all;
}

void check(const alignment_scores& found, const naive_scores& expected) {
  const auto items = double(expected.items);
  CHECK(found.auc.value == Approx(expected.auc / items));
  CHECK(found.mrr.value == Approx(expected.mrr / items));
  CHECK(found.at[0].hit_rate.value == Approx(expected.hits / items));
  CHECK(found.auc.between.low < found.auc.value);
  CHECK(found.auc.between.high > found.auc.value);
}

/// 40 items, 9 categories; some items with several, some with none, one with all.
model linked_model() {
  model m = test::small_model(40, 9);
  m.relations.resize(1);
  link_data link{0, 1, {}, {}};
  for (node_id i = 0; i < 40; ++i) {
    const bool all = i == 20, none = i % 7 == 6;
    for (node_id j = 0; j < 9; ++j) {
      if (all || (!none && (j == i % 4 || (j == 8 && i % 5 == 0)))) link.targets.ids.push_back(j);
    }
    link.targets.end_row();
  }
  link.counts.assign(link.targets.ids.size(), 1);
  m.links[0] = link;
  return m;
}

}  // namespace

TEST_CASE("alignment: every measure is what its definition says, for each projection") {
  model m = linked_model();
  relation& r = m.relations[0];
  r.projection = GENERATE(projection_kind::identity, projection_kind::sigmoid, projection_kind::tanh);
  const std::vector<std::uint32_t> k{2};
  const auto result = evaluate_alignment(m, k, "category", {200, 3});
  CHECK(result.protocol == "alignment");
  REQUIRE(result.rows.size() == 1);
  const alignment_row& row = result.rows[0];
  CHECK(row.to == "category");
  CHECK(row.nodes == 9);
  const auto by_logit = naive(m.links[0], 9, 2, [&](std::size_t i, std::size_t j) { return logit(m, r, i, j); });
  CHECK(row.items == by_logit.items);
  CHECK(row.items == 40 - 5);  // 6, 13, 27, 34 are linked to none, 20 to all
  CHECK(row.unscored_items == 40 - row.items);
  check(row.model, by_logit);
  const auto& counts = m.views[1].ids.counts();
  check(row.popularity, naive(m.links[0], 9, 2, [&](std::size_t, std::size_t j) { return double(counts[j]); }));
}

TEST_CASE("alignment: a planted relation is told from chance") {
  model m = linked_model();
  relation& r = m.relations[0];
  r.projection = projection_kind::identity;
  const std::size_t dim = m.views[0].tables.input.dim();
  r.w_to = table();
  r.w_from = table(dim, dim);
  for (std::size_t d = 0; d < dim; ++d) r.w_from[d][d] = 1;
  m.views[0].tables.input = table(40, dim);
  m.views[1].tables.input = table(9, dim);
  for (node_id j = 0; j < 9; ++j) m.views[1].tables.input[j][j] = 1;
  for (node_id i = 0; i < 40; ++i) {
    for (const node_id j : m.links[0].targets[i]) m.views[0].tables.input[i][j] = 1;
  }
  const std::vector<std::uint32_t> k{1};
  const auto row = evaluate_alignment(m, k).rows.at(0);
  CHECK(row.model.auc.value == 1);
  CHECK(row.model.mrr.value == 1);
  CHECK(row.model.at[0].hit_rate.value == 1);
  CHECK(row.popularity.auc.value < 0.95);
}

TEST_CASE("alignment: what cannot be evaluated") {
  model m = linked_model();
  const std::vector<std::uint32_t> k{1}, none, zero{0};
  CHECK_THROWS_WITH(evaluate_alignment(m, none), "no k to evaluate at");
  CHECK_THROWS_WITH(evaluate_alignment(m, zero), Contains("k is 0"));
  CHECK_THROWS_WITH(evaluate_alignment(m, k, "shop"), Contains("shop"));
  CHECK_THROWS_WITH(evaluate_alignment(m, k, m.views[0].name), Contains("no view is aligned with"));
  SECTION("NaN") {
    m.views[1].tables.input[2][0] = NAN;
    CHECK_THROWS_WITH(evaluate_alignment(m, k, "category"), Contains("candidate 2") && Contains("is not a number"));
  }
  SECTION("no links left") {
    m.links.clear();
    CHECK_THROWS_WITH(evaluate_alignment(m, k, "category"), Contains("are aligned but not linked"));
  }
  SECTION("all linked to all") {
    for (auto& end : m.links[0].targets.offsets) end = 0;
    m.links[0].targets.ids.clear();
    m.links[0].counts.clear();
    CHECK_THROWS_WITH(evaluate_alignment(m, k, "category"), Contains("but not to all"));
  }
  m.relations.clear();
  CHECK_THROWS_WITH(evaluate_alignment(m, k), Contains("the model has no relation"));
}
