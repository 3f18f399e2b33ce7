/// Cold-start evaluation against scores summed by hand.
#include <catch2/catch.hpp>
#include <cmath>

#include <m2grl/cold_start.hpp>
#include <m2grl/error.hpp>

#include "support/small_model.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// A small model whose test queries ask for cold items: row q mod 12 of them, every third query for a known item.
model cold_model() {
  model m = test::small_model(40, 9);
  m.cold.ids.clear();
  link_data link;
  link.to = 1;
  for (node_id i = 0; i < 12; ++i) {
    m.cold.ids.push_back("new" + std::to_string(i));
    if (i % 6 == 5) {  // without attributes
      link.targets.end_row();
      continue;
    }
    link.targets.ids.push_back(i % 9);
    link.counts.push_back(1);
    if (i % 4 == 0 || i == 10) link.targets.ids.push_back((i + 1) % 9), link.counts.push_back(3);
    link.targets.end_row();
  }
  m.cold.links = {link};
  m.test = {};
  for (node_id q = 0; q < 60; ++q) {
    if (q != 7) m.test.histories.ids.insert(m.test.histories.ids.end(), {q % 40, (q * 7) % 40});
    m.test.histories.end_row();
    const bool known = q % 3 == 0;
    m.test.targets.push_back(known ? q % 40 : no_node);
    m.test.cold_targets.push_back(known ? no_node : q % 12);
  }
  m.validation = {};
  m.cfg.eval.compose = {{m.views[0].name, 1}, {"category", 0.5}};
  m.cfg.eval.k = {1, 4};
  m.cfg.eval.history = 0;
  m.cfg.eval.decay = 0.3;
  m.cfg.eval.input_similarity = 0.2;
  return m;
}

/// The count-weighted mean of a row's linked vectors, `input` of them times γ added to the outputs.
std::vector<double> mean_of(const link_data& link, std::size_t row, const view_tables& tables, double in, double out) {
  std::vector<double> mean(tables.input.dim(), 0);
  double total = 0;
  for (auto i = link.targets.offsets[row]; i < link.targets.offsets[row + 1]; ++i) total += link.counts[i];
  for (auto i = link.targets.offsets[row]; i < link.targets.offsets[row + 1]; ++i) {
    for (std::size_t d = 0; d < mean.size(); ++d) {
      const node_id node = link.targets.ids[i];
      mean[d] += link.counts[i] / total * (in * tables.input[node][d] + out * tables.output[node][d]);
    }
  }
  return mean;
}

const link_data& category_link(const model& m) {
  for (const link_data& link : m.links) {
    if (link.from == 0 && link.to == 1) return link;
  }
  throw invalid_input("no link");
}

}  // namespace

TEST_CASE("cold start: ranks by attributes alone, summed by hand") {
  const model m = cold_model();
  const auto result = evaluate_cold_start(m, false, m.cfg.eval, {100, 5});
  CHECK(result.split == "test");
  CHECK(result.cold_items == 12);
  CHECK(result.unlinked_items == 2);
  CHECK(result.empty_queries == 1);
  CHECK(result.model.queries == 40);
  CHECK(result.known_history.queries == 39);
  double hits = 0, mrr = 0, tied = 0;
  const view_tables& tables = m.views[1].tables;
  for (std::size_t q = 0; q < 60; ++q) {
    if (m.test.cold_targets[q] == no_node) continue;
    std::vector<double> query(tables.input.dim(), 0), scores;
    const auto history = m.test.histories[q];
    for (std::size_t back = 0; back < history.size(); ++back) {
      const auto v = mean_of(category_link(m), history[history.size() - 1 - back], tables, 1, 0);
      for (std::size_t d = 0; d < v.size(); ++d) query[d] += 0.5 * std::pow(0.3, back) * v[d];
    }
    for (std::size_t c = 0; c < 12; ++c) {
      const auto v = mean_of(m.cold.links[0], c, tables, 0.2, 1);
      double score = 0;
      for (std::size_t d = 0; d < v.size(); ++d) score += query[d] * v[d];
      scores.push_back(score);
    }
    const double goal = scores[m.test.cold_targets[q]];
    std::size_t above = 0, equal = 0;
    for (const double s : scores) above += s > goal + 1e-7, equal += std::abs(s - goal) <= 1e-7;
    // A tie's rank is drawn: any place among its equals.
    hits += equal > 1 ? 0 : above < 4;
    mrr += equal > 1 ? 0 : 1.0 / double(above + 1);
    tied += equal > 1;
  }
  REQUIRE(tied > 0);
  REQUIRE(tied < 20);
  CHECK(result.model.at_k(4).hit_rate * 40 >= Approx(hits));
  CHECK(result.model.at_k(4).hit_rate * 40 <= Approx(hits + tied));
  CHECK(result.model.mrr * 40 >= Approx(mrr));
  CHECK(result.model.mrr * 40 <= Approx(mrr + tied));
  CHECK(result.random.at_k(4).hit_rate == Approx(4 / 12.0));
  CHECK(result.model.at_k(4).hit_rate_interval.low < result.model.at_k(4).hit_rate);
  // One query without a history: its reciprocal rank is at most 1.
  CHECK(result.known_history.mrr * 39 <= Approx(result.model.mrr * 40));
  CHECK(result.known_history.mrr * 39 >= Approx(result.model.mrr * 40 - 1));
  // The item view has no say.
  eval_config attributes = m.cfg.eval;
  attributes.compose = {{"category", 2}};
  CHECK(evaluate_cold_start(m, false, attributes, {0, 5}).model.mrr == result.model.mrr);
}

TEST_CASE("cold start: a history's own cold items speak by their attributes") {
  model m = cold_model();
  const auto items = static_cast<node_id>(m.views[0].ids.size());
  // The last item of each history is replaced by a cold one with the same category links, so that nothing may change.
  const link_data& known = category_link(m);
  link_data& cold = m.cold.links[0];
  for (std::size_t q = 0; q < m.test.size(); ++q) {
    const auto history = m.test.histories[q];
    m.test.cold_histories.ids.insert(m.test.cold_histories.ids.end(), history.begin(), history.end());
    if (!history.empty()) {
      const node_id last = history.back();
      m.test.cold_histories.ids.back() = items + static_cast<node_id>(m.cold.size());
      m.cold.ids.push_back("twin of " + std::to_string(last) + ", query " + std::to_string(q));
      for (auto i = known.targets.offsets[last]; i < known.targets.offsets[last + 1]; ++i) {
        cold.targets.ids.push_back(known.targets.ids[i]);
        cold.counts.push_back(known.counts[i]);
      }
      cold.targets.end_row();
    }
    m.test.cold_histories.end_row();
  }
  // The twins are candidates, too: they are in both, first with histories as before.
  ragged replaced = std::exchange(m.test.cold_histories, m.test.histories);
  const auto same = evaluate_cold_start(m, false, m.cfg.eval, {0, 5});
  m.test.cold_histories = std::move(replaced);
  const auto twins = evaluate_cold_start(m, false, m.cfg.eval, {0, 5});
  CHECK(twins.model.mrr == Approx(same.model.mrr));
  CHECK(twins.model.at_k(4).hit_rate == same.model.at_k(4).hit_rate);
  CHECK(twins.known_history.queries == 0);
  CHECK(same.known_history.queries == 39);
  CHECK(twins.empty_queries == 1);
  // A cold item without attributes says nothing: all candidates are equal.
  for (node_id& id : m.test.cold_histories.ids) id = items + 5;
  const auto mute = evaluate_cold_start(m, false, m.cfg.eval, {0, 5});
  m.test.cold_histories = {};
  m.test.histories = {};
  for (std::size_t q = 0; q < m.test.size(); ++q) m.test.histories.end_row();
  const auto none = evaluate_cold_start(m, false, m.cfg.eval, {0, 5});
  CHECK(mute.model.mrr == none.model.mrr);
  CHECK(mute.model.mrr != Approx(same.model.mrr));
  CHECK(none.empty_queries == 40);
}

TEST_CASE("cold start: equal scores tell nothing, whatever the order of the items") {
  model m = cold_model();
  for (auto& end : m.cold.links[0].targets.offsets) end = 0;
  m.cold.links[0].targets.ids.clear();
  m.cold.links[0].counts.clear();
  for (auto& target : m.test.cold_targets) target = target == no_node ? no_node : 0;  // always the first
  double hits = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    hits += evaluate_cold_start(m, false, m.cfg.eval, {0, seed}).model.at_k(4).hit_rate / 50;
  }
  CHECK(hits == Approx(4 / 12.0).margin(0.04));  // 2,000 draws: a standard deviation of .0105
  const auto once = evaluate_cold_start(m, false, m.cfg.eval, {0, 1}),
             again = evaluate_cold_start(m, false, m.cfg.eval, {0, 1});
  CHECK(once.model.mrr == again.model.mrr);
  CHECK(once.model.at_k(1).coverage > 0.9);  // the shown ones are drawn, too
}

TEST_CASE("cold start: what cannot be evaluated") {
  model m = cold_model();
  CHECK_THROWS_WITH(evaluate_cold_start(m, true, m.cfg.eval), Contains("no validation query for an item unseen"));
  SECTION("no attribute view") {
    m.cfg.eval.compose = {};
    CHECK_THROWS_WITH(evaluate_cold_start(m, false, m.cfg.eval), Contains("compose names no view beside"));
  }
  SECTION("no k") {
    m.cfg.eval.k = {};
    CHECK_THROWS_WITH(evaluate_cold_start(m, false, m.cfg.eval), "no k to evaluate at");
  }
  SECTION("NaN") {
    m.views[1].tables.output[3][0] = NAN;
    CHECK_THROWS_WITH(evaluate_cold_start(m, false, m.cfg.eval), Contains("candidate 3") && Contains("not a number"));
  }
  SECTION("a model without cold items") {
    for (auto& target : m.test.cold_targets) target = no_node;
    CHECK_THROWS_WITH(evaluate_cold_start(m, false, m.cfg.eval), Contains("no test query for an item unseen"));
    m.cold = {};
    m.test.cold_targets.clear();
    CHECK_THROWS_WITH(evaluate_cold_start(m, false, m.cfg.eval), Contains("saved before such items were kept"));
  }
}
