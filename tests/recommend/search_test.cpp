#include "m2grl/search.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "m2grl/error.hpp"
#include "recommend/score_rows.hpp"

using namespace m2grl;

namespace {

table whole_table(std::size_t rows, std::size_t dim, std::mt19937& random) {
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = static_cast<float>(static_cast<int>(random() % 5) - 2);
  }
  return t;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += double(a[d]) * double(b[d]);
  return sum;
}

/// By sorting everything; a zero row has cosine 0.
std::vector<std::pair<node_id, double>> naive(const table& queries, const table& candidates, std::size_t q,
                                              std::size_t k, std::span<const node_id> excluded, similarity by) {
  std::vector<std::pair<node_id, double>> all;
  for (node_id c = 0; c < candidates.rows(); ++c) {
    if (std::find(excluded.begin(), excluded.end(), c) != excluded.end()) continue;
    double score = dot(queries[q], candidates[c]);
    if (by == similarity::cosine && score != 0)
      score /= std::sqrt(dot(queries[q], queries[q]) * dot(candidates[c], candidates[c]));
    all.emplace_back(c, score);
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  all.resize(std::min(all.size(), k));
  return all;
}

}  // namespace

TEST_CASE("inner products: the k best, ties by id, exclusions, k beyond the candidates") {
  const std::size_t nodes = GENERATE(1, 2, 31, 32, 33, 500);
  const std::size_t queries = GENERATE(1, 16, 17, 200);
  const std::uint32_t k = GENERATE(1u, 2u, 10u, 1000u);
  std::mt19937 random(static_cast<std::uint32_t>(nodes + queries + k));
  const table q = whole_table(queries, 7, random), c = whole_table(nodes, 7, random);
  ragged excluded;
  if (GENERATE(false, true)) {
    for (std::size_t i = 0; i < queries; ++i) {
      for (std::size_t e = random() % (nodes + 2); e > 0; --e) {
        excluded.ids.push_back(static_cast<node_id>(random() % (nodes + 3)));  // the highest are no candidates
      }
      excluded.end_row();
    }
  }
  const auto got = search_top_k(q, c, k, excluded);
  REQUIRE(got.size() == queries);
  for (std::size_t i = 0; i < queries; ++i) {
    const auto expected =
        naive(q, c, i, k, excluded.size() == 0 ? std::span<const node_id>() : excluded[i], similarity::inner_product);
    REQUIRE(got[i].size() == expected.size());
    for (std::size_t p = 0; p < expected.size(); ++p) {
      REQUIRE(got[i][p].id == expected[p].first);
      REQUIRE(double(got[i][p].score) == expected[p].second);
    }
  }
}

TEST_CASE("cosine: lengths do not matter, zero rows score 0") {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  table q(20, 9), c(60, 9);
  for (table* t : {&q, &c}) {
    for (std::size_t r = 0; r < t->rows(); ++r) {
      const float length = std::ldexp(1.0f, static_cast<int>(random() % 80) - 40);
      for (float& value : (*t)[r]) value = r % 10 == 3 ? 0 : length * normal(random);
    }
  }
  for (float& value : c[7]) value = 1e-42f;  // so small that the inverse of its length exceeds a float
  const auto got = search_top_k(q, c, 60, {}, similarity::cosine);
  for (std::size_t i = 0; i < q.rows(); ++i) {
    REQUIRE(got[i].size() == 60);
    std::vector<double> expected(60);
    for (const auto& [id, score] : naive(q, c, i, 60, {}, similarity::cosine)) expected[id] = score;
    for (std::size_t p = 0; p < 60; ++p) {
      CHECK(double(got[i][p].score) == Approx(expected[got[i][p].id]).margin(1e-6));
      if (p > 0) CHECK(got[i][p - 1].score >= got[i][p].score);
    }
    if (i % 10 == 3) {
      for (std::size_t p = 0; p < 60; ++p) CHECK((got[i][p].id == p && got[i][p].score == 0));
    }
  }
  CHECK(double(search_top_k(c, c, 1, {}, similarity::cosine)[7][0].score) == Approx(1).margin(1e-6));
}

TEST_CASE("infinite scores are ranked, NaN is refused") {
  table q(1, 1), c(4, 1);
  q[0][0] = 2;
  c[0][0] = -3e38f, c[1][0] = 3e38f, c[2][0] = 1, c[3][0] = -3e38f;
  ragged excluded;
  excluded.ids = {0};
  excluded.end_row();
  const auto got = search_top_k(q, c, 10, excluded)[0];
  REQUIRE(got.size() == 3);
  CHECK((got[0].id == 1 && std::isinf(got[0].score)));
  CHECK(got[1].id == 2);
  CHECK((got[2].id == 3 && std::isinf(got[2].score)));
  c[2][0] = std::nanf("");
  CHECK_THROWS_WITH(search_top_k(q, c, 1), "the score of candidate 2 for query 0 is not a number");
}

TEST_CASE("search refuses what does not fit together") {
  const table q(2, 3), c(4, 3), narrow(4, 2);
  CHECK_THROWS_WITH(search_top_k(q, c, 0), "k is 0, it must be at least 1");
  CHECK_THROWS_WITH(search_top_k(q, narrow, 1), "queries have 3 dimensions, candidates 2");
  ragged one_row;
  one_row.end_row();
  CHECK_THROWS_WITH(search_top_k(q, c, 1, one_row), "2 queries, but 1 rows of excluded ids");
  CHECK(search_top_k(table(0, 3), c, 1).empty());
  CHECK(search_top_k(q, table(0, 3), 1).size() == 2);
}

TEST_CASE("selection agrees with sorting for every k") {
  std::mt19937 random(8);
  for (int round = 0; round < 300; ++round) {
    std::vector<float> scores(random() % 70);
    for (float& s : scores) s = random() % 5 == 0 ? excluded_score : static_cast<float>(random() % 12);
    std::vector<node_id> all;
    for (node_id i = 0; i < scores.size(); ++i) {
      if (!std::isnan(scores[i])) all.push_back(i);
    }
    std::stable_sort(all.begin(), all.end(), [&](node_id a, node_id b) { return scores[a] > scores[b]; });
    const std::uint32_t k = static_cast<std::uint32_t>(random() % 75);
    all.resize(std::min<std::size_t>(all.size(), k));
    std::vector<node_id> best{99};
    select_top_k(scores, k, best);
    REQUIRE(best == all);
  }
}
