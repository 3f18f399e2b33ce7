#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "m2grl/error.hpp"
#include "search/exact.hpp"
#include "search/naive.hpp"
#include "train/backend.hpp"

using namespace m2grl;
using test::naive_top_k;

namespace {

/// Ids in the order of descending float64 scores; neighbours in it may swap where these differ by less than `margin`.
void check_ranking(const table& q, const table& c, similarity by, const std::vector<std::vector<scored_node>>& got,
                   std::size_t k, double margin) {
  REQUIRE(got.size() == q.rows());
  for (std::size_t i = 0; i < q.rows(); ++i) {
    const auto expected = naive_top_k(q, c, i, k, by);
    REQUIRE(got[i].size() == expected.size());
    for (std::size_t p = 0; p < expected.size(); ++p) {
      REQUIRE(std::abs(double(got[i][p].score) - double(expected[p].score)) <= margin);
      REQUIRE(double(got[i][p].score) ==
              Approx(test::naive_score(q[i], c[got[i][p].id], by)).epsilon(1e-6).margin(margin));
    }
  }
}

}  // namespace

TEST_CASE("the k best, ties by id, exclusions: sizes around the blocks") {
  const similarity by = GENERATE(similarity::inner_product, similarity::l2);
  const std::size_t nodes = GENERATE(1, 31, 33, 1023, 1024, 1025, 2500);
  const std::size_t queries = GENERATE(1, 257);
  const auto k = std::min(GENERATE(1u, 10u, 1000u), static_cast<std::uint32_t>(nodes));
  std::mt19937 random(static_cast<std::uint32_t>(nodes + queries + k));
  const table q = test::whole_table(queries, 7, random), c = test::whole_table(nodes, 7, random);
  ragged excluded;
  for (std::size_t i = 0; i < queries; ++i) {
    for (std::size_t e = i % 2 == 0 ? random() % (nodes + 2) : 0; e > 0; --e) {
      excluded.ids.push_back(static_cast<node_id>(random() % (nodes + 3)));  // the highest are no candidates
    }
    excluded.end_row();
  }
  const auto got = search_top_k(q, c, k, excluded, by);
  REQUIRE(got.size() == queries);
  for (std::size_t i = 0; i < queries; i += 16) {
    const auto seen = excluded[i];
    REQUIRE(got[i] == naive_top_k(q, c, i, k, by,
                                  [&](node_id id) { return std::find(seen.begin(), seen.end(), id) == seen.end(); }));
  }
}

TEST_CASE("real values: as the float64 ranking") {
  std::mt19937 random(11);
  const similarity by = GENERATE(similarity::inner_product, similarity::cosine, similarity::l2);
  const std::size_t dim = GENERATE(1, 16, 50, 128, 300);
  table q = test::normal_table(20, dim, random), c = test::normal_table(3000, dim, random);
  if (dim == 50) {  // far from the origin: products cancel for l2
    for (table* t : {&q, &c}) {
      for (std::size_t r = 0; r < t->rows(); ++r) {
        for (float& value : (*t)[r]) value += 300;
      }
    }
  }
  check_ranking(q, c, by, search_top_k(q, c, 40, {}, by), 40, by == similarity::cosine ? 1e-7 : 1e-4);
}

TEST_CASE("results are the same bits for every block size and number of threads") {
  std::mt19937 random(5);
  const table q = test::normal_table(70, 48, random), c = test::normal_table(1500, 48, random);
  const int threads = omp_get_max_threads();
  for (const similarity by : {similarity::inner_product, similarity::cosine, similarity::l2}) {
    search_options how;
    how.k = 25, how.by = by;
    const auto expected = search_top_k(q, c, how);
    for (const search::block_sizes sizes : {search::block_sizes{1, 16}, {7, 33}, {64, 100}, {128, 4096}}) {
      for (const int team : {1, 2, 5}) {
        omp_set_num_threads(team);
        const auto got = search::exact_top_k(q, c, how, sizes);
        omp_set_num_threads(threads);
        REQUIRE(got == expected);
      }
    }
  }
}

TEST_CASE("one query among many candidates is split over threads") {
  std::mt19937 random(6);
  const table q = test::whole_table(1, 20, random), c = test::whole_table(20000, 20, random);
  const int threads = omp_get_max_threads();
  omp_set_num_threads(3);
  const auto got = search_top_k(q, c, 300);
  omp_set_num_threads(threads);
  CHECK(got[0] == naive_top_k(q, c, 0, 300, similarity::inner_product));
}

TEST_CASE("all scores equal: the lowest ids") {
  const similarity by = GENERATE(similarity::inner_product, similarity::cosine, similarity::l2);
  table q(3, 20), c(4000, 20);
  for (std::size_t r = 0; r < c.rows(); ++r) std::fill(c[r].begin(), c[r].end(), 0.3f);
  std::fill(q[0].begin(), q[0].end(), 0.7f);  // q[1], q[2] are zero
  for (const auto& list : search_top_k(q, c, 50, {}, by)) {
    for (node_id i = 0; i < 50; ++i) REQUIRE((list[i].id == i && list[i].score == list[0].score));
  }
}

TEST_CASE("cosine: lengths do not matter, zero rows score 0") {
  std::mt19937 random(3);
  table q = test::normal_table(20, 9, random), c = test::normal_table(60, 9, random);
  for (table* t : {&q, &c}) {
    for (std::size_t r = 0; r < t->rows(); ++r) {
      const float length = std::ldexp(1.0f, static_cast<int>(random() % 80) - 40);
      for (float& value : (*t)[r]) value = r % 10 == 3 ? 0 : length * value;
    }
  }
  for (float& value : c[7]) value = 1e-42f;  // so small that the inverse of its length exceeds a float
  for (float& value : c[8]) value *= 1e25f;  // its square exceeds a float
  const auto got = search_top_k(q, c, 60, {}, similarity::cosine);
  check_ranking(q, c, similarity::cosine, got, 60, 1e-7);
  for (node_id p = 0; p < 60; ++p) CHECK((got[3][p].id == p && got[3][p].score == 0));
  check_ranking(q, c, similarity::cosine, search_top_k(q, c, 5, {}, similarity::cosine), 5, 1e-7);
  CHECK(double(search_top_k(c, c, 1, {}, similarity::cosine)[7][0].score) == Approx(1).margin(1e-6));
}

TEST_CASE("values whose squares leave fp32's range are ranked") {
  std::mt19937 random(4);
  const float factor = GENERATE(1e-25f, 1e-22f, 1e-18f, 1e17f);
  table q = test::normal_table(4, 20, random), c = test::normal_table(2000, 20, random);
  for (std::size_t r = 0; r < c.rows(); ++r) {
    for (float& value : c[r]) value *= factor;
  }
  for (const similarity by : {similarity::inner_product, similarity::l2}) {
    const auto got = search_top_k(q, c, 20, {}, by);
    for (std::size_t i = 0; i < q.rows(); ++i) REQUIRE(got[i] == naive_top_k(q, c, i, 20, by));
  }
}

TEST_CASE("infinite scores are ranked, NaN is refused") {
  table q(1, 1), c(4, 1);
  q[0][0] = 2;
  c[0][0] = -3e38f, c[1][0] = 3e38f, c[2][0] = 1, c[3][0] = -3e38f;
  ragged excluded;
  excluded.ids = {0};
  excluded.end_row();
  const auto got = search_top_k(q, c, 4, excluded)[0];
  REQUIRE(got.size() == 3);
  CHECK((got[0].id == 1 && std::isinf(got[0].score)));
  CHECK(got[1].id == 2);
  CHECK((got[2].id == 3 && std::isinf(got[2].score)));
  c[2][0] = std::nanf("");
  const similarity by = GENERATE(similarity::inner_product, similarity::cosine, similarity::l2);
  CHECK_THROWS_WITH(search_top_k(q, c, 1, {}, by), "the score of candidate 2 for query 0 is not a number");
  excluded.ids = {2};
  CHECK_THROWS_WITH(search_top_k(q, c, 1, excluded, by), "the score of candidate 2 for query 0 is not a number");
}

TEST_CASE("a NaN deep in a table is found, though the best are long known") {
  std::mt19937 random(9);
  table q = test::normal_table(300, 32, random), c = test::normal_table(5000, 32, random);
  c[4321][17] = std::nanf("");
  const similarity by = GENERATE(similarity::inner_product, similarity::cosine, similarity::l2);
  CHECK_THROWS_WITH(search_top_k(q, c, 2, {}, by), "the score of candidate 4321 for query 0 is not a number");
  c[4321][17] = 0, q[299][0] = std::nanf("");
  CHECK_THROWS_WITH(search_top_k(q, c, 2, {}, by), "the score of candidate 0 for query 299 is not a number");
}

TEST_CASE("search refuses what does not fit together") {
  const table q(2, 3), c(4, 3), narrow(4, 2);
  CHECK_THROWS_WITH(search_top_k(q, c, 0), "k is 0, it must be at least 1");
  CHECK_THROWS_WITH(search_top_k(q, c, 5), "k is 5, but there are 4 candidates");
  CHECK_THROWS_WITH(search_top_k(q, table(0, 3), 1), "k is 1, but there are 0 candidates");
  CHECK_THROWS_WITH(search_top_k(q, narrow, 1), "queries have 3 dimensions, candidates 2");
  ragged rows;
  rows.offsets.resize(4);
  CHECK_THROWS_WITH(search_top_k(q, c, 1, rows), "2 queries, but 3 rows of excluded ids");
  CHECK(search_top_k(table(0, 3), c, 1).empty());
}

TEST_CASE("a GPU that is not there is refused; automatic takes the CPU then") {
  if (!why_no_gpu().empty()) {
    const table q(1, 3), c(4, 3);
    search_options how;
    how.k = 2, how.device = device_kind::cuda;
    CHECK_THROWS_WITH(search_top_k(q, c, how), Catch::StartsWith("device cuda: ") && Catch::Contains("use device cpu"));
    how.device = device_kind::automatic;
    CHECK(search_top_k(q, c, how)[0].size() == 2);
  }
}
