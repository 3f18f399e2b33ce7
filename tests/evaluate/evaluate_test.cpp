#include "m2grl/evaluate.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "m2grl/error.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using namespace m2grl::test;
using Catch::Contains;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

/// Small whole values: their products are exact in fp32, so ties are ties for everyone.
table whole_table(std::size_t rows, std::size_t dim, std::mt19937& random, int spread) {
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = static_cast<float>(static_cast<int>(random() % (2 * spread + 1)) - spread);
  }
  return t;
}

query_set random_queries(std::size_t queries, std::size_t nodes, std::mt19937& random) {
  query_set held_out;
  for (std::size_t q = 0; q < queries; ++q) {
    for (std::size_t i = random() % (nodes / 2 + 2); i > 0; --i)
      held_out.histories.ids.push_back(static_cast<node_id>(random() % nodes));
    held_out.histories.end_row();
    held_out.targets.push_back(random() % 7 == 0 ? no_node : static_cast<node_id>(random() % nodes));
  }
  return held_out;
}

using score_matrix = std::vector<std::vector<double>>;

score_matrix all_scores(const table& queries, const table& candidates) {
  score_matrix scores(queries.rows(), std::vector<double>(candidates.rows(), 0));
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    for (std::size_t c = 0; c < candidates.rows(); ++c) {
      for (std::size_t d = 0; d < queries.dim(); ++d) scores[q][c] += double(queries[q][d]) * double(candidates[c][d]);
    }
  }
  return scores;
}

/// The definition, by sorting: the order of every query's candidates, the target among them whatever its history.
ranking_metrics naive(const score_matrix& scores, std::size_t nodes, const query_set& held_out,
                      const std::vector<std::uint32_t>& ks) {
  ranking_metrics m;
  m.queries = held_out.size();
  for (const std::uint32_t k : ks) m.at.push_back({k, 0, 0, 0});
  std::vector<std::set<node_id>> shown(ks.size());
  for (std::size_t q = 0; q < held_out.size(); ++q) {
    const auto history = held_out.histories[q];
    std::vector<node_id> order;
    for (node_id c = 0; c < nodes; ++c) {
      if (c == held_out.targets[q] || std::find(history.begin(), history.end(), c) == history.end()) order.push_back(c);
    }
    std::stable_sort(order.begin(), order.end(), [&](node_id a, node_id b) { return scores[q][a] > scores[q][b]; });
    for (std::size_t place = 0; place < order.size(); ++place) {
      for (std::size_t i = 0; i < ks.size(); ++i) {
        if (place < ks[i]) shown[i].insert(order[place]);
      }
      if (order[place] != held_out.targets[q]) continue;
      m.mrr += 1.0 / double(place + 1);
      for (std::size_t i = 0; i < ks.size(); ++i) {
        if (place < ks[i]) m.at[i].hit_rate += 1, m.at[i].ndcg += std::log(2.0) / std::log(double(place) + 2);
      }
    }
  }
  const double n = double(held_out.size());
  m.mrr /= n;
  for (std::size_t i = 0; i < ks.size(); ++i) {
    m.at[i].hit_rate /= n, m.at[i].ndcg /= n, m.at[i].coverage = double(shown[i].size()) / double(nodes);
  }
  return m;
}

void check_equal(const ranking_metrics& got, const ranking_metrics& expected) {
  CHECK(got.queries == expected.queries);
  CHECK(got.mrr == Approx(expected.mrr).epsilon(1e-12));
  REQUIRE(got.at.size() == expected.at.size());
  for (std::size_t i = 0; i < got.at.size(); ++i) {
    CHECK(got.at[i].k == expected.at[i].k);
    CHECK(got.at[i].hit_rate == Approx(expected.at[i].hit_rate).epsilon(1e-12));
    CHECK(got.at[i].ndcg == Approx(expected.at[i].ndcg).epsilon(1e-12));
    CHECK(got.at[i].coverage == Approx(expected.at[i].coverage).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("rankings agree with sorting: ties, histories, unseen targets, k beyond the nodes") {
  const std::size_t nodes = GENERATE(1, 2, 31, 32, 33, 300);
  const std::size_t queries = GENERATE(1, 15, 16, 17, 129, 400);
  const std::size_t dim = GENERATE(1, 5, 16, 33);
  std::mt19937 random(static_cast<std::uint32_t>(nodes * 1000 + queries + dim));
  const int spread = dim == 1 ? 1 : 3;  // dim 1: hardly anything but ties
  const table q = whole_table(queries, dim, random, spread), c = whole_table(nodes, dim, random, spread);
  const query_set held_out = random_queries(queries, nodes, random);
  const std::vector<std::uint32_t> ks{10, 1, 20, 500};
  check_equal(evaluate_ranking(q, c, held_out, ks), naive(all_scores(q, c), nodes, held_out, ks));
}

TEST_CASE("queries without a history, all scores equal: the order is that of the ids") {
  const table q(4, 8), c(50, 8);
  query_set held_out;
  held_out.targets = {0, 9, 10, no_node};
  for (int i = 0; i < 4; ++i) held_out.histories.end_row();
  const std::vector<std::uint32_t> ks{10};
  const auto m = evaluate_ranking(q, c, held_out, ks);
  CHECK(m.at_k(10).hit_rate == 0.5);
  CHECK(m.at_k(10).coverage == 0.2);
  CHECK(m.mrr == Approx((1 + 1 / 10.0 + 1 / 11.0) / 4));
  CHECK_THROWS_WITH(m.at_k(5), "metrics were not computed at k = 5");
}

TEST_CASE("a target in the history stands, the rest of the history does not") {
  table q(1, 1), c(5, 1);
  q[0][0] = 1;
  for (node_id i = 0; i < 5; ++i) c[i][0] = static_cast<float>(10 - i);
  query_set held_out;
  held_out.histories.ids = {0, 1, 1, 3, 0};
  held_out.histories.end_row();
  held_out.targets = {3};
  const std::uint32_t k[] = {1, 2};
  const auto m = evaluate_ranking(q, c, held_out, k);  // left: 2, 3, 4
  CHECK(m.mrr == 0.5);
  CHECK(m.at_k(1).hit_rate == 0);
  CHECK(m.at_k(2).hit_rate == 1);
  CHECK(m.at_k(2).coverage == Approx(0.4));
}

TEST_CASE("scores that are not numbers are refused, never ranked; infinite ones are ranked") {
  table q(3, 2), c(40, 2);
  for (std::size_t i = 0; i < 3; ++i) q[i][0] = 1;
  query_set held_out;
  held_out.targets = {39, 0, no_node};
  for (int i = 0; i < 3; ++i) held_out.histories.end_row();
  const std::vector<std::uint32_t> ks{1, 10};
  SECTION("NaN among the candidates, the targets, the queries") {
    const std::size_t bad = GENERATE(0, 17, 39);
    c[bad][0] = std::nanf("");
    CHECK_THROWS_AS(evaluate_ranking(q, c, held_out, ks), invalid_input);
    CHECK_THROWS_WITH(
        evaluate_ranking(q, c, held_out, ks),
        Contains("the score of candidate " + std::to_string(bad) + " for query") && Contains("is not a number"));
  }
  SECTION("a query of NaN, with one candidate only") {
    q[1][1] = std::nanf("");
    const table one(1, 2);
    held_out.targets = {0, 0, 0};
    CHECK_THROWS_WITH(evaluate_ranking(q, one, held_out, ks), "the score of candidate 0 for query 1 is not a number");
  }
  SECTION("infinities that cancel") {
    q[0][0] = infinite;
    c[3][0] = 0;
    CHECK_THROWS_AS(evaluate_ranking(q, c, held_out, ks), invalid_input);
  }
  SECTION("overflow to both infinities") {
    // 2e38 + 2e38 overflows: candidates 0 … 9 score +∞, 10 … 29 finite, 30 … 39 −∞.
    for (std::size_t i = 0; i < 3; ++i) q[i][0] = q[i][1] = 2;
    for (std::size_t i = 0; i < 10; ++i) c[i][0] = c[i][1] = 2e38f;
    for (std::size_t i = 30; i < 40; ++i) c[i][0] = c[i][1] = -2e38f;
    held_out.histories = {};
    held_out.histories.ids = {30, 31, 31};  // of the same −∞ as the target: they are out of the way
    held_out.histories.end_row();
    held_out.histories.end_row();
    held_out.histories.end_row();
    const std::vector<std::uint32_t> deep{1, 40};
    const auto m = evaluate_ranking(q, c, held_out, deep);
    CHECK(m.mrr == Approx((1.0 / 38 + 1.0) / 3));
    CHECK(m.at_k(1).hit_rate == Approx(1.0 / 3));
    CHECK(m.at_k(40).coverage == 1);
  }
}

TEST_CASE("evaluation refuses what does not fit together") {
  const table q(2, 4), c(5, 4), narrow(5, 3);
  query_set held_out;
  held_out.targets = {1, 4};
  held_out.histories.ids = {4};
  held_out.histories.end_row();
  held_out.histories.end_row();
  const std::vector<std::uint32_t> ks{10}, zero{10, 0}, none;
  CHECK_NOTHROW(evaluate_ranking(q, c, held_out, ks));
  CHECK_THROWS_WITH(evaluate_ranking(q, narrow, held_out, ks), "queries have 4 dimensions, candidates 3");
  CHECK_THROWS_WITH(evaluate_ranking(c, c, held_out, ks), "5 query vectors for 2 held-out queries");
  CHECK_THROWS_WITH(evaluate_ranking(q, c, held_out, zero), "k is 0, it must be at least 1");
  CHECK_THROWS_WITH(evaluate_ranking(q, c, held_out, none), "no k to evaluate at");
  held_out.targets[1] = 5;
  CHECK_THROWS_WITH(evaluate_ranking(q, c, held_out, ks),
                    "the target of query 1 is node 5, which is not among the 5 nodes");
  held_out.targets[1] = no_node;
  held_out.histories.ids[0] = no_node;
  const std::vector<std::uint64_t> counts(5, 1);
  CHECK_THROWS_WITH(evaluate_ranking(q, c, held_out, ks), Contains("a history holds node 4294967295"));
  CHECK_THROWS_WITH(evaluate_popularity(counts, held_out, ks), Contains("a history holds node 4294967295"));
  CHECK_THROWS_WITH(evaluate_random(5, held_out, ks), Contains("a history holds node 4294967295"));
  held_out.histories.end_row();
  CHECK_THROWS_WITH(evaluate_random(5, held_out, ks), "3 histories for 2 held-out targets");
}

TEST_CASE("no queries, no candidates: zeros, not NaN") {
  const std::vector<std::uint32_t> ks{10};
  for (const auto& m : {evaluate_ranking(table(0, 4), table(5, 4), {}, ks),
                        evaluate_popularity(std::vector<std::uint64_t>(5, 1), {}, ks), evaluate_random(5, {}, ks),
                        evaluate_random(0, {}, ks), evaluate_popularity({}, {}, ks)}) {
    CHECK(m.queries == 0);
    CHECK(m.mrr == 0);
    CHECK(m.at_k(10).hit_rate == 0);
    CHECK(m.at_k(10).coverage == 0);
  }
  query_set unseen;
  unseen.targets = {no_node};
  unseen.histories.end_row();
  const auto m = evaluate_ranking(table(1, 4), table(0, 4), unseen, ks);
  CHECK(m.at_k(10).hit_rate == 0);
  CHECK(m.at_k(10).coverage == 0);
}

TEST_CASE("popularity is the ranking by counts") {
  const std::size_t nodes = GENERATE(1, 33, 200);
  std::mt19937 random(static_cast<std::uint32_t>(nodes));
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < nodes; ++i) counts.push_back(random() % 9);
  const query_set held_out = random_queries(150, nodes, random);
  const std::vector<std::uint32_t> ks{1, 10, 250};
  const score_matrix scores(150, std::vector<double>(counts.begin(), counts.end()));
  check_equal(evaluate_popularity(counts, held_out, ks), naive(scores, nodes, held_out, ks));
}

TEST_CASE("the random baseline is the mean over random orders") {
  const std::size_t nodes = GENERATE(6, 40);
  std::mt19937 random(static_cast<std::uint32_t>(nodes));
  const query_set held_out = random_queries(9, nodes, random);
  const std::vector<std::uint32_t> ks{1, 4, 10};
  const auto expected = evaluate_random(nodes, held_out, ks);
  constexpr int rounds = 20000;
  double mrr = 0;
  std::vector<metrics_at_k> mean(ks.size());
  std::uniform_real_distribution<double> uniform;
  for (int round = 0; round < rounds; ++round) {
    score_matrix scores(held_out.size(), std::vector<double>(nodes));
    for (auto& row : scores) std::generate(row.begin(), row.end(), [&] { return uniform(random); });
    const auto m = naive(scores, nodes, held_out, ks);
    mrr += m.mrr / rounds;
    for (std::size_t i = 0; i < ks.size(); ++i) {
      mean[i].hit_rate += m.at[i].hit_rate / rounds;
      mean[i].ndcg += m.at[i].ndcg / rounds;
      mean[i].coverage += m.at[i].coverage / rounds;
    }
  }
  // Standard errors are at most .5 / √20000 / √8 ≈ .0013 (of a mean over queries or nodes): four of them.
  CHECK(mrr == Approx(expected.mrr).margin(0.005));
  for (std::size_t i = 0; i < ks.size(); ++i) {
    CHECK(mean[i].hit_rate == Approx(expected.at[i].hit_rate).margin(0.005));
    CHECK(mean[i].ndcg == Approx(expected.at[i].ndcg).margin(0.005));
    CHECK(mean[i].coverage == Approx(expected.at[i].coverage).margin(0.005));
  }
}

TEST_CASE("next-item evaluation of a model puts its parts together") {
  model m = small_model();
  eval_config how = m.cfg.eval;
  how.k = {1, 5};
  how.history = 2;
  how.decay = 0.5;
  how.input_similarity = 0.2;
  const auto got = evaluate_next_item(m, false, how);
  CHECK(got.protocol == "next-item");
  CHECK(got.split == "test");
  // Scores by the definition: Σ_k decay^k Σ_view weight · in(i)·(out(j) + γ in(j)), attributes by count-weighted mean.
  const auto mean_of = [&](const table& rows, std::size_t item) {
    const link_data& link = m.links[0];
    std::vector<double> mean(rows.dim(), 0);
    double total = 0;
    for (auto i = link.targets.offsets[item]; i < link.targets.offsets[item + 1]; ++i) total += link.counts[i];
    for (auto i = link.targets.offsets[item]; i < link.targets.offsets[item + 1]; ++i) {
      for (std::size_t d = 0; d < rows.dim(); ++d)
        mean[d] += link.counts[i] / total * double(rows[link.targets.ids[i]][d]);
    }
    return mean;
  };
  const auto score = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    const table &in = m.views[0].tables.input, &out = m.views[0].tables.output;
    for (std::size_t d = 0; d < 24; ++d) sum += double(in[i][d]) * (double(out[j][d]) + 0.2 * double(in[j][d]));
    const auto a = mean_of(m.views[1].tables.input, i), b = mean_of(m.views[1].tables.output, j);
    const auto alike = mean_of(m.views[1].tables.input, j);
    for (std::size_t d = 0; d < a.size(); ++d) sum += 0.5 * a[d] * (b[d] + 0.2 * alike[d]);
    return sum;
  };
  score_matrix scores(m.test.size(), std::vector<double>(40, 0));
  for (std::size_t q = 0; q < m.test.size(); ++q) {
    const auto history = m.test.histories[q];
    for (std::size_t k = 0; k < std::min<std::size_t>(2, history.size()); ++k) {
      for (std::size_t j = 0; j < 40; ++j) scores[q][j] += std::pow(0.5, k) * score(history[history.size() - 1 - k], j);
    }
  }
  check_equal(got.model, naive(scores, 40, m.test, how.k));
  const auto& counts = m.views[0].ids.counts();
  check_equal(got.popularity, evaluate_popularity(counts, m.test, how.k));
  check_equal(got.random, evaluate_random(40, m.test, how.k));
  CHECK(evaluate_next_item(m, true, how).split == "validation");
}

TEST_CASE("a split without queries says why") {
  model m = small_model();
  m.test = m.validation = {};
  m.cfg.split.kind = split_kind::none;
  CHECK_THROWS_WITH(
      evaluate_next_item(m, false, m.cfg.eval),
      "the model holds no test queries: it was trained with split.kind = \"none\", which holds nothing out");
  m.cfg.split.kind = split_kind::time;
  CHECK_THROWS_WITH(evaluate_next_item(m, true, m.cfg.eval),
                    "the model holds no validation queries: it was trained with "
                    "split.kind = \"time\", which holds out a test only");
  CHECK_THROWS_WITH(evaluate_next_item(m, false, m.cfg.eval), Contains("no session after the boundary"));
  m.cfg.split.kind = split_kind::last;
  CHECK_THROWS_WITH(evaluate_next_item(m, true, m.cfg.eval), Contains("no user had the three events"));
  dataset data;
  data.views.resize(1);
  data.views[0].name = "item";
  embeddings learned;
  learned.views.push_back({table(3, 4), table(3, 4)});
  CHECK_THROWS_WITH(validation_hit_rate(data, learned, {}), Contains("there are no validation queries"));
  data.validation.histories.ids = {1};
  data.validation.histories.end_row();
  data.validation.targets = {2};
  CHECK(validation_hit_rate(data, learned, {}, 1) == 0);
  CHECK(validation_hit_rate(data, learned, {}, 2) == 1);
}
