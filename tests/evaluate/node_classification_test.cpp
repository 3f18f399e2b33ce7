/// Node classification: labels read, classifiers at their optimum, F1 counted by hand, planted labels found.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>

#include <m2grl/error.hpp>
#include <m2grl/node_classification.hpp>

#include "evaluate/label_scores.hpp"
#include "evaluate/logistic_regression.hpp"
#include "support/process.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

table random_vectors(std::size_t nodes, std::size_t dim, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  table vectors(nodes, dim);
  for (std::size_t i = 0; i < nodes; ++i) {
    for (float& x : vectors[i]) x = normal(random);
  }
  return vectors;
}

/// Node i has labels i mod 4 and, every third one, 4 as well.
node_labels some_labels(std::size_t nodes) {
  node_labels labels;
  labels.names = {"a", "b", "c", "d", "e"};
  for (node_id i = 0; i < nodes; ++i) {
    labels.nodes.push_back(i);
    labels.of_node.ids.push_back(i % 4);
    if (i % 3 == 0) labels.of_node.ids.push_back(4);
    labels.of_node.end_row();
  }
  return labels;
}

node_labels read(const std::string& text) {
  const test::temporary_folder folder;
  test::write_file(folder / "labels.txt", text);
  return read_labels(vocabulary({"x", "y", "z"}, {3, 2, 1}), "labels.txt", folder.path());
}

}  // namespace

TEST_CASE("labels: several lines a node, unknown nodes left out and named") {
  const node_labels labels = read("y red\n\nx\tblue\r\ny  blue \ny red\nq green\nq red\nw red\n");
  CHECK(labels.names == std::vector<std::string>{"red", "blue"});  // green is only q's
  CHECK(labels.nodes == std::vector<node_id>{0, 1});
  CHECK(labels.of_node.offsets == std::vector<std::uint64_t>{0, 1, 3});
  CHECK(labels.of_node.ids == std::vector<node_id>{1, 0, 1});
  CHECK(labels.lines == 7);
  CHECK(labels.unknown_lines == 3);
  CHECK(labels.unknown == std::vector<std::string>{"q", "w"});
}

TEST_CASE("labels: faults name their place") {
  CHECK_THROWS_WITH(read("x red\ny\n"), Contains("labels.txt:2:1: the line has no label after the node"));
  CHECK_THROWS_WITH(read("x red\ny red blue\n"), Contains("labels.txt:2:7: a third word"));
  CHECK_THROWS_WITH(read("q red\n"), Contains("labels.txt: no labelled node is known"));
  CHECK_THROWS_WITH(read("\n"), Contains("labels.txt: there are no labels"));
  CHECK_THROWS_AS(read_labels(vocabulary(), "nowhere.txt"), io_error);
}

TEST_CASE("F1: micro and macro counted by hand, nodes counted several times") {
  ragged truth;  // nodes 0: a b, 1: b, 2: c; label d is nobody's
  truth.ids = {0, 1, 1, 2};
  truth.offsets = {0, 2, 3, 4};
  classify::split_predictions split;
  split.tested = {2, 0, 1};
  split.predicted.ids = {2, 0, 2, 0};  // 2: c, 0: a c, 1: a
  split.predicted.offsets = {0, 1, 3, 4};
  const std::vector<std::uint32_t> once{1, 1, 1}, twice{2, 0, 1};
  const auto f1 = classify::f1_of(split, truth, 4, once);
  CHECK(f1.micro == Approx(2.0 / 4));                             // 2 of 4 predictions are right
  CHECK(f1.present == 3);                                         // not d
  CHECK(f1.macro == Approx((2.0 / 3 + 0 + 2.0 / 3) / 3));         // a: 1 of (1, 2), b: none, c: 1 of (1, 2)
  const auto weighted = classify::f1_of(split, truth, 4, twice);  // node 0 twice, node 2 once
  CHECK(weighted.micro == Approx(3.0 / 5));
  CHECK(weighted.macro == Approx((4.0 / 4 + 0 + 2.0 / 4) / 3));
}

TEST_CASE("the q likeliest labels, ties to the lower number") {
  std::vector<node_id> best{9};
  classify::append_top(std::vector<float>{1, 3, 3, -INFINITY, 2}, 3, best);
  CHECK(best == std::vector<node_id>{9, 1, 2, 4});
}

TEST_CASE("node classification: a classifier stands at the minimum, its intercept unpenalised") {
  if (!built_with_classifiers()) return;
  const std::size_t nodes = 400, dim = 7;
  table vectors = random_vectors(nodes, dim, 3);
  std::vector<node_id> all(nodes);
  std::iota(all.begin(), all.end(), 0u);
  const classify::training_rows rows(vectors, all);
  std::vector<std::uint32_t> train;
  std::vector<std::uint8_t> positive;
  std::mt19937 random(4);
  for (std::uint32_t i = 0; i < nodes; i += 1 + i % 2) {  // a rare label: the intercept is far from 0
    train.push_back(i);
    positive.push_back(vectors[i][0] + vectors[i][1] + 0.5 * std::normal_distribution<>()(random) > 2);
  }
  const double c = GENERATE(1.0, 0.05, 20.0);
  const auto w = rows.fit(train, positive, c);
  REQUIRE(w.size() == dim + 1);
  std::vector<double> gradient(w.begin(), w.end());
  gradient.back() = 0;
  double scale = 0;
  for (std::size_t i = 0; i < train.size(); ++i) {
    const auto x = vectors[train[i]];
    const double y = positive[i] != 0 ? 1 : -1;
    const double z = y * std::inner_product(x.begin(), x.end(), w.begin(), w.back());
    const double slope = -c * y / (1 + std::exp(z));
    for (std::size_t d = 0; d < dim; ++d) gradient[d] += slope * x[d];
    gradient.back() += slope;
    scale += std::abs(slope);
  }
  for (const double g : gradient) CHECK(std::abs(g) < 0.01 * scale);
  CHECK(w.back() < -1);
}

TEST_CASE("node classification: planted labels are found, drawn ones are not") {
  if (!built_with_classifiers()) return;
  const node_labels labels = some_labels(600);
  classification_options options;
  options.splits = 3;
  options.intervals = {200, 7};
  table vectors = random_vectors(600, 8, 5);
  const auto chance = evaluate_node_classification(vectors, labels, options);
  CHECK(chance.nodes == 600);
  CHECK(chance.labels == 5);
  REQUIRE(chance.at.size() == 2);
  CHECK(chance.at[0].train_share == 0.5);
  CHECK(chance.at[0].micro.value < 0.45);
  CHECK(chance.at[0].micro_deviation > 0);
  CHECK(chance.at[0].micro.between.low < chance.at[0].micro.value);
  CHECK(chance.at[0].micro.between.high > chance.at[0].micro.value);
  for (const auto& at : chance.at) {  // few nodes a label: still a figure within its interval
    CHECK(at.macro.between.low < at.macro.value);
    CHECK(at.macro.between.high > at.macro.value);
  }
  for (node_id i = 0; i < 600; ++i) {
    for (const node_id label : labels.of_node[i]) vectors[i][label] += 12;
  }
  const auto planted = evaluate_node_classification(vectors, labels, options);
  for (const auto& at : planted.at) {
    CHECK(at.micro.value > 0.98);
    CHECK(at.macro.value > 0.98);
  }
  node_labels more = labels;  // a label that nobody has counts 0
  more.names.emplace_back("f");
  const auto with_more = evaluate_node_classification(vectors, more, options);
  CHECK(with_more.at[0].macro.value == Approx(planted.at[0].macro.value * 5 / 6));
  CHECK(with_more.at[0].macro.between.high == Approx(planted.at[0].macro.between.high * 5 / 6));
  CHECK(with_more.at[0].micro.value == planted.at[0].micro.value);
  const auto again = evaluate_node_classification(vectors, labels, options);
  CHECK(again.at[0].micro.value == planted.at[0].micro.value);
  CHECK(again.at[0].micro.between.low == planted.at[0].micro.between.low);
}

TEST_CASE("node classification: what cannot be evaluated") {
  if (!built_with_classifiers()) return;
  table vectors = random_vectors(40, 3, 5);
  node_labels labels = some_labels(40);
  classification_options options;
  options.splits = 2;
  const auto fault = [&]() -> std::string {
    try {
      (void)evaluate_node_classification(vectors, labels, options);
    } catch (const invalid_input& found) {
      return found.what();
    }
    return "";
  };
  CHECK(fault().empty());
  SECTION("shares") {
    options.train_shares = {0.5, 1};
    CHECK(fault() == "a training share of 1 leaves none of the 40 labelled nodes to test on");
    options.train_shares = {0.02};
    CHECK(fault() == "a training share of 0.02 leaves none of the 40 labelled nodes to train on");
    options.train_shares = {NAN};
    CHECK_THAT(fault(), Contains("a training share of nan leaves none"));
  }
  SECTION("splits, C") {
    options.splits = 0;
    CHECK(fault() == "nothing to evaluate: there are 0 splits");
    options.splits = 1;
    options.c = 0;
    CHECK(fault() == "C is 0, it must be above 0");
  }
  SECTION("vectors") {
    vectors[7][2] = NAN;
    CHECK(fault() == "the vector of node 7 is nan in column 2");
    vectors = table(39, 3);
    CHECK(fault() == "node 39 has labels, but there are 39 vectors");
  }
  SECTION("labels") {
    labels.names.resize(4);
    CHECK(fault() == "a node has label 4, there are 4");
  }
}
