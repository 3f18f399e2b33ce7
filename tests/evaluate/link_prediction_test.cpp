/// ROC-AUC, average precision and filtered ranks against naive references; unknown nodes; intervals.
#include "m2grl/link_prediction.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>

#include "evaluate/edge_scores.hpp"
#include "ingest/files.hpp"
#include "m2grl/error.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using namespace m2grl::test;
using Catch::Matchers::Contains;

namespace {

using labels = std::vector<std::uint8_t>;

/// Every pair of a positive and a negative.
double naive_auc(const std::vector<double>& scores, const labels& positive) {
  double won = 0, pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (positive[i] != 1 || positive[j] != 0) continue;
      won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
      ++pairs;
    }
  }
  return won / pairs;
}

double naive_precision(const std::vector<double>& scores, const labels& positive) {
  double sum = 0, positives = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (positive[i] != 1) continue;
    double hits = 0, all = 0;
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (scores[j] < scores[i]) continue;
      ++all;
      hits += positive[j];
    }
    sum += hits / all;
    ++positives;
  }
  return sum / positives;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

double naive_score(const model_view& view, edge_score how, node_id u, node_id v) {
  const table &in = view.tables.input, &out = view.tables.output;
  if (how == edge_score::next) return dot(in[u], out[v]);
  if (how == edge_score::both) return dot(in[u], out[v]) + dot(in[v], out[u]);
  return dot(in[u], in[v]) / std::sqrt(dot(in[u], in[u]) * dot(in[v], in[v]));
}

/// 30 nodes in two views with the same ids; in "second" the nodes from 25 on have no edge.
model two_graphs(bool directed) {
  std::mt19937 random(3);
  model m;
  m.cfg.views.resize(2);
  for (std::size_t v = 0; v < 2; ++v) {
    const std::string name = v == 0 ? "first" : "second";
    m.cfg.views[v].name = name;
    m.cfg.views[v].edges = "train.txt";
    m.cfg.views[v].edge_type = v == 0 ? "1" : "2";
    m.cfg.views[v].directed = directed;
    m.views.push_back(random_view(name, numbered("n", 30), 7, random));
  }
  m.cfg.data.edge_columns = "type u v";
  std::vector<std::uint64_t> counts(30, 4);
  std::fill(counts.begin() + 25, counts.end(), 0);
  m.views[1].ids = vocabulary(numbered("n", 30), counts);
  return m;
}

labelled_edges random_edges(std::size_t view, std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  labelled_edges edges;
  edges.view = view;
  for (std::size_t e = 0; e < count; ++e) {
    edges.from.push_back(static_cast<node_id>(random() % 30));
    edges.to.push_back(e == 0 ? no_node : static_cast<node_id>(random() % 30));
    edges.positive.push_back(e % 3 == 0);
  }
  return edges;
}

/// Neighbours by the positive edges of the lists.
std::set<std::pair<node_id, node_id>> neighbours(std::initializer_list<const labelled_edges*> lists, bool directed) {
  std::set<std::pair<node_id, node_id>> pairs;
  for (const labelled_edges* edges : lists) {
    for (std::size_t e = 0; e < edges->size(); ++e) {
      if (edges->positive[e] == 0) continue;
      pairs.emplace(edges->from[e], edges->to[e]);
      if (!directed) pairs.emplace(edges->to[e], edges->from[e]);
    }
  }
  return pairs;
}

}  // namespace

TEST_CASE("ROC-AUC and average precision: by hand, and against every pair, with ties") {
  const std::vector<float> scores{0.9f, 0.8f, 0.8f, 0.1f};
  CHECK(roc_auc(scores, labels{1, 0, 1, 0}) == 0.875);                      // 2 + 1.5 of 4 pairs
  CHECK(average_precision(scores, labels{1, 0, 1, 0}) == Approx(5.0 / 6));  // 1 and 2/3
  CHECK(roc_auc(scores, labels{1, 1, 1, 0}) == 1);
  CHECK(roc_auc(scores, labels{0, 0, 0, 1}) == 0);
  CHECK(roc_auc(std::vector<float>{2, 2, 2}, labels{1, 0, 0}) == 0.5);

  std::mt19937 random(8);
  for (int round = 0; round < 20; ++round) {
    std::vector<float> drawn;
    labels positive{0, 1};
    while (positive.size() < 70) positive.push_back(random() % 3 == 0);
    for (std::size_t i = 0; i < positive.size(); ++i) drawn.push_back(static_cast<float>(random() % 25) - 7);
    const std::vector<double> exact(drawn.begin(), drawn.end());
    CHECK(roc_auc(drawn, positive) == Approx(naive_auc(exact, positive)).epsilon(1e-12));
    CHECK(average_precision(drawn, positive) == Approx(naive_precision(exact, positive)).epsilon(1e-12));
  }
}

TEST_CASE("ROC-AUC: what cannot be measured is refused") {
  CHECK_THROWS_WITH(roc_auc(std::vector<float>{1, 2}, labels{1}), "2 scores for 1 labels");
  CHECK_THROWS_WITH(roc_auc(std::vector<float>{1, 2}, labels{1, 1}), Contains("2 positive and 0 negative edges"));
  CHECK_THROWS_WITH(average_precision(std::vector<float>{1, NAN}, labels{1, 0}), "the score of edge 1 is not a number");
  CHECK_THROWS_WITH(roc_auc(std::vector<float>{1, 2}, labels{1, 2}), "a label is neither 0 nor 1");
}

TEST_CASE("figures of a model: every score, direction and filter against a naive reference") {
  const bool directed = GENERATE(false, true);
  const edge_score how = GENERATE(edge_score::both, edge_score::next, edge_score::cosine);
  const bool with_known = GENERATE(false, true);
  const std::size_t v = GENERATE(0u, 1u);
  CAPTURE(directed, static_cast<int>(how), with_known, v);
  const model m = two_graphs(directed);
  const model_view& view = m.views[v];
  const labelled_edges edges = random_edges(v, 60, 4), known = random_edges(v, 80, 9),
                       other = random_edges(1 - v, 90, 2);
  const std::vector<labelled_edges> lists{known, other};
  link_prediction_options options;
  options.score = how;
  options.k = {1, 4};
  options.intervals.resamples = 0;
  const auto got =
      evaluate_link_prediction(m, {&edges, 1}, with_known ? lists : std::vector<labelled_edges>{}, options);

  const auto is_known = [&](node_id node) { return node != no_node && view.ids.counts()[node] > 0; };
  const auto taken = with_known ? neighbours({&edges, &known}, directed) : neighbours({&edges}, directed);
  std::vector<double> scores;
  double mrr = 0, hits[2] = {0, 0}, positives = 0, unknown = 0;
  const auto add_rank = [&](node_id u, node_id target, double share) {
    double rank = 1;
    for (node_id w = 0; w < 30; ++w) {
      if (w == target || w == u || !is_known(w) || taken.count({u, w}) > 0) continue;
      rank += naive_score(view, how, u, w) > naive_score(view, how, u, target) ? 1 : 0;
    }
    mrr += share / rank;
    for (std::size_t i = 0; i < 2; ++i) hits[i] += rank <= options.k[i] ? share : 0;
  };
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const node_id a = edges.from[e], b = edges.to[e];
    const bool both_known = is_known(a) && is_known(b);
    scores.push_back(both_known ? naive_score(view, how, a, b) : -1e9);
    unknown += both_known ? 0 : 1;
    positives += edges.positive[e];
    if (edges.positive[e] == 0 || !both_known) continue;
    add_rank(a, b, directed ? 1 : 0.5);
    if (!directed) add_rank(b, a, 0.5);
  }
  REQUIRE(got.types.size() == 1);
  const edge_figures& figures = got.types[0].figures;
  CHECK(got.types[0].view == view.name);
  CHECK(got.types[0].edges == 60);
  CHECK(static_cast<double>(got.types[0].positives) == positives);
  CHECK(static_cast<double>(got.types[0].unknown_edges) == unknown);
  CHECK(got.types[0].candidates == (v == 0 ? 30 : 25));
  CHECK(figures.roc_auc.value == Approx(naive_auc(scores, edges.positive)).epsilon(1e-9));
  CHECK(figures.average_precision.value == Approx(naive_precision(scores, edges.positive)).epsilon(1e-9));
  CHECK(figures.mrr.value == Approx(mrr / positives).epsilon(1e-9));
  for (std::size_t i = 0; i < 2; ++i) CHECK(figures.hits[i].value == Approx(hits[i] / positives).epsilon(1e-9));
  CHECK(figures.mrr.between.low == figures.mrr.value);
  CHECK(got.mean.mrr.value == figures.mrr.value);
}

TEST_CASE("ranks by hand: ties count half, the excluded and the node itself are passed over") {
  model_view view;
  view.ids = vocabulary(numbered("n", 6), {1, 1, 1, 1, 1, 0});
  view.tables.input = table(6, 1);
  view.tables.output = table(6, 1);
  const float values[] = {5, 3, 2, 2, 1, 9};
  for (node_id i = 0; i < 6; ++i) view.tables.input[i][0] = 1, view.tables.output[i][0] = values[i];
  const edge_scorer scorer(view, edge_score::next);
  ragged excluded;
  for (node_id i = 0; i < 6; ++i) {
    if (i == 4) excluded.ids = {0, 2};
    excluded.end_row();
  }
  // From node 1: itself and the unknown node 5 are no candidates. From node 4: neither is 0; 2 is where it is asked
  // for.
  const std::vector<node_id> nodes{1, 1, 1, 4, 4, 4}, targets{0, 2, 4, 1, 2, 4};
  CHECK(scorer.ranks(nodes, targets, excluded) == std::vector<double>{1, 2.5, 4, 1, 2.5, 3});
  CHECK(scorer.score(1, 2) == 2);
  CHECK(scorer.score(1, 5) == -std::numeric_limits<float>::infinity());
  CHECK(scorer.score(no_node, 1) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("the mean is over types, whatever their sizes; intervals hold it and repeat") {
  const model m = two_graphs(false);
  const std::vector<labelled_edges> edges{random_edges(0, 200, 1), random_edges(1, 60, 2)};
  link_prediction_options options;
  options.intervals = {200, 7};
  const auto got = evaluate_link_prediction(m, edges, {}, options);
  REQUIRE(got.types.size() == 2);
  CHECK(got.types[0].score == edge_score::both);
  const auto mean_of = [&](estimate edge_figures::*figure) {
    return ((got.types[0].figures.*figure).value + (got.types[1].figures.*figure).value) / 2;
  };
  for (const auto figure : {&edge_figures::roc_auc, &edge_figures::average_precision, &edge_figures::mrr}) {
    const estimate& mean = got.mean.*figure;
    CHECK(mean.value == Approx(mean_of(figure)).epsilon(1e-12));
    CHECK(mean.between.low < mean.value);
    CHECK(mean.value < mean.between.high);
  }
  const auto again = evaluate_link_prediction(m, edges, {}, options);
  CHECK(again.mean.roc_auc.between.low == got.mean.roc_auc.between.low);
  CHECK(again.mean.roc_auc.between.high == got.mean.roc_auc.between.high);
}

TEST_CASE("the interval of a ROC-AUC is as wide as theory says") {
  // Independent labels and scores: the area's standard error is sqrt((p + n + 1) / (12 p n)).
  std::mt19937 random(12);
  model m = two_graphs(false);
  labelled_edges edges;
  for (int e = 0; e < 3000; ++e) {
    const auto u = static_cast<node_id>(random() % 30), v = static_cast<node_id>(random() % 30);
    edges.from.push_back(u), edges.to.push_back(v), edges.positive.push_back(random() % 2 == 0);
  }
  link_prediction_options options;
  options.intervals = {400, 3};
  const auto got = evaluate_link_prediction(m, {&edges, 1}, {}, options).types[0].figures.roc_auc;
  const double error = std::sqrt(3001.0 / (12.0 * 1500 * 1500));
  CHECK((got.between.high - got.between.low) / (2 * 1.96 * error) == Approx(1).margin(0.15));
  CHECK(got.value == Approx(0.5).margin(4 * error));
}

TEST_CASE("directed views are scored by next unless asked otherwise; what cannot be evaluated is refused") {
  const model m = two_graphs(true);
  labelled_edges edges = random_edges(0, 30, 1);
  CHECK(evaluate_link_prediction(m, {&edges, 1}).types[0].score == edge_score::next);
  CHECK_THROWS_WITH(evaluate_link_prediction(m, {}), Contains("no edges to evaluate on"));
  link_prediction_options options;
  options.k = {0};
  CHECK_THROWS_WITH(evaluate_link_prediction(m, {&edges, 1}, {}, options), Contains("k is 0"));
  edges.positive.assign(30, 1);
  CHECK_THROWS_WITH(evaluate_link_prediction(m, {&edges, 1}),
                    Contains("view \"first\": 30 positive and 0 negative edges"));
  edges.to[4] = 30;
  CHECK_THROWS_WITH(evaluate_link_prediction(m, {&edges, 1}), Contains("node 30") && Contains("the 30 nodes"));
  edges.view = 2;
  CHECK_THROWS_WITH(evaluate_link_prediction(m, {&edges, 1}), Contains("edges of view 2, there are 2"));
}

TEST_CASE("labelled edges from a file: types to views, unknown nodes, other types") {
  const model m = two_graphs(false);
  const file_tree files;
  files.write("test.txt", "2 n1 n2 1\n1 n3 n4 0\n# a comment\n\n2,n5,new,1\n");
  const auto path = files.path() / "test.txt";
  const auto got = read_labelled_edges(m, {path});
  REQUIRE(got.types.size() == 2);
  CHECK(got.other_edges == 0);
  CHECK(got.types[0].type == "1");
  CHECK(got.types[0].view == 0);
  CHECK(got.types[0].from == std::vector<node_id>{3});
  CHECK(got.types[0].positive == labels{0});
  CHECK(got.types[1].view == 1);
  CHECK(got.types[1].from == std::vector<node_id>{1, 5});
  CHECK(got.types[1].to == std::vector<node_id>{2, no_node});
  CHECK(got.types[1].positive == labels{1, 1});

  const auto second = read_labelled_edges(m, {path, "", "second"});
  REQUIRE(second.types.size() == 1);
  CHECK(second.types[0].view == 1);
  CHECK(second.other_edges == 1);

  files.write("known.txt", "1 n1 n2\n7 n1 n2\n");
  const auto known = read_known_edges(m, {files.path() / "known.txt"});
  REQUIRE(known.types.size() == 1);
  CHECK(known.types[0].positive == labels{1});
  CHECK(known.other_edges == 1);

  files.write("plain.txt", "0 n1 n2\n1 n2 n3\n");
  const auto plain = read_labelled_edges(m, {files.path() / "plain.txt", "label u v", "first"});
  REQUIRE(plain.types.size() == 1);
  CHECK(plain.types[0].type.empty());
  CHECK(plain.types[0].positive == labels{0, 1});
}

TEST_CASE("labelled edges of a model of one view need no name, and no columns in its configuration") {
  model m = two_graphs(false);
  m.views.resize(1), m.relations.clear(), m.links.clear();
  m.cfg.data.edge_columns.clear();
  const file_tree files;
  files.write("e", "n1 n2 1\nn3 n4 0\n");
  const auto got = read_labelled_edges(m, {files.path() / "e"});
  REQUIRE(got.types.size() == 1);
  CHECK(got.types[0].positive == labels{1, 0});
  m.cfg.views.clear();  // then a type is called as its view
  files.write("e", "first n1 n2 1\n");
  CHECK(read_labelled_edges(m, {files.path() / "e", "type u v label"}).types[0].type == "first");
}

TEST_CASE("labelled edges: what cannot be read is refused with its place") {
  model m = two_graphs(false);
  const file_tree files;
  const auto path = files.path() / "e";
  const auto fault = [&](const std::string& text, const std::string& columns = "", const std::string& view = "") {
    files.write("e", text);
    return placed(fault_of([&] { (void)read_labelled_edges(m, {path, columns, view}); }), path);
  };
  CHECK(fault("1 n1 n2 1\n1 n1 n2 2\n") == "2:9: label \"2\" is neither 0 nor 1");
  CHECK(fault("1 n1 n2 1\n1 n1 n2\n") == "2:1: an edge is \"type u v label\", not 3 fields");
  CHECK(fault("1 n1 n2 1\n3 n1 n2 1\n") == "2:1: edge type \"3\" is none of \"1\", \"2\"");
  CHECK(fault("n1 n2 1\n", "u v label") == " the edges have no type, and the model has 2 views: name one");
  CHECK_THROWS_WITH(read_labelled_edges(m, {path, "u v"}), "\"u v\" names no column label");
  CHECK_THROWS_WITH(read_labelled_edges(m, {path, "", "third"}), Contains("no view \"third\"; it has first, second"));
  m.cfg.views[1].edge_type = "1";
  CHECK(fault("1 n1 n2 1\n") == " edges of type \"1\" belong to views \"first\" and \"second\": name one");
}
