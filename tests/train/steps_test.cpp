/// SGNS steps in host memory, in a loop of the caller's own.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <limits>
#include <utility>

#include "m2grl/error.hpp"
#include "m2grl/steps.hpp"
#include "support/planted.hpp"
#include "train/backend.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

/// Tables as a run of this configuration begins with them.
view_tables initial_tables(const train_config& cfg, std::size_t nodes) {
  view_tables tables{table(nodes, cfg.dim), table(nodes, cfg.dim)};
  for (std::size_t node = 0; node < nodes; ++node) draw_initial_row(tables.input[node], cfg, 0, node);
  return tables;
}

std::string refusal(const train_config& cfg, table& input, table& output, std::span<const std::uint64_t> counts) {
  try {
    const host_sgns refused(cfg, input, output, counts, 1);
  } catch (const invalid_input& e) {
    return e.what();
  }
  return "";
}

std::string refusal(host_sgns& sgns, const ragged& sequences, float rate = 0.025f) {
  try {
    (void)sgns.train(sequences, rate);
  } catch (const invalid_input& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("steps in host memory equal the trainer's epochs, bit for bit") {
  catalogue::inputs c;
  catalogue::fill(c, 200, 8, 400, 12, 1);
  const view_input& view = c.views[0];
  train_config cfg = catalogue::small_config();
  cfg.deterministic = true;
  cfg.epochs = 3;
  cfg.min_learning_rate = cfg.learning_rate;  // constant, as below
  SECTION("SGD") {}
  SECTION("AdaGrad, subsampled") {
    cfg.optimizer = optimizer_kind::adagrad;
    cfg.subsample = 0.02;
  }
  SECTION("tied") { cfg.tied = true; }
  const train_result wanted = train(cfg, {&view, 1});

  view_tables tables = initial_tables(cfg, view.nodes);
  table& output = cfg.tied ? tables.input : tables.output;
  std::vector<std::uint64_t> counts(view.nodes, 0);
  for (const node_id id : view.sequences.ids) ++counts[id];
  host_sgns sgns(cfg, tables.input, output, counts, view.sequences.size());
  sgns_totals last;
  std::uint64_t pairs = 0;
  for (std::uint32_t epoch = 0; epoch < cfg.epochs; ++epoch) {
    last = sgns.train(view.sequences, static_cast<float>(cfg.learning_rate));
    pairs += last.pairs;
  }
  CHECK(pairs == wanted.pairs);
  CHECK(last.loss == wanted.learned.tasks[0].loss);
  CHECK(catalogue::same_bits(tables.input, wanted.learned.views[0].input));
  CHECK(catalogue::same_bits(output, wanted.learned.views[0].output));
}

TEST_CASE("batches as they arrive, on several threads, find the planted communities") {
  train_config cfg = catalogue::small_config();
  cfg.threads = 3;
  cfg.dim = 32;
  constexpr std::size_t nodes = 400, batch = 500;
  view_tables tables = initial_tables(cfg, nodes);
  const std::vector<std::uint64_t> counts(nodes, 1);
  host_sgns sgns(cfg, tables.input, tables.output, counts, batch);
  for (std::uint64_t step = 0; step < 60; ++step) {
    const auto arrived = support::make_planted(nodes, 8, batch, 12, 0.5, 0.05, 100 + step);
    (void)sgns.train(arrived.sequences, 0.05f);
  }
  const auto plan = support::make_planted(nodes, 8, 1, 12, 0.5, 0.05, 1);
  CHECK(support::purity(plan, tables.input, 5) > 0.95);
  CHECK(sgns.train(ragged{}, 0.05f).pairs == 0);
}

TEST_CASE("steps that cannot be taken are refused, and nothing is trained") {
  train_config cfg = catalogue::small_config();
  cfg.dim = 16;
  const std::vector<std::uint64_t> counts(10, 1);
  view_tables tables = initial_tables(cfg, 10);
  table narrow(10, 15), short_one(9, 16);
  CHECK(refusal(cfg, narrow, tables.output, counts) == "the input table has dim 15, train.dim is 16");
  CHECK(refusal(cfg, tables.input, narrow, counts) == "the output table has dim 15, train.dim is 16");
  CHECK(refusal(cfg, tables.input, short_one, counts) == "the input table has 10 rows, the output table 9");
  CHECK(refusal(cfg, tables.input, tables.output, {counts.data(), 9}) == "view \"sgns\" has 10 nodes but 9 counts");
  train_config wrong = cfg;
  wrong.tied = true;
  CHECK(refusal(wrong, tables.input, tables.output, counts) ==
        "train.tied asks for one table, but the input and the output table are two");
  wrong = cfg;
  wrong.precision = table_precision::bf16;
  CHECK(refusal(wrong, tables.input, tables.output, counts) ==
        "train.precision is bf16, but tables in host memory are fp32");

  const table before = tables.input.clone();
  host_sgns sgns(cfg, tables.input, tables.output, counts, 1);
  CHECK(refusal(sgns, {{0, 3}, {1, 10, 2}}) == "the sequences: id 10 at position 1 is not below 10");
  CHECK(refusal(sgns, {{0, 4}, {1, 2, 3}}) == "the sequences: offsets must run from 0 to the number of ids (3)");
  CHECK(refusal(sgns, {{0, 3}, {1, 2, 3}}, -1) == "the learning rate is -1, it must be a finite number >= 0");
  CHECK(catalogue::same_bits(tables.input, before));

  table grown = tables.output.clone();
  std::swap(tables.output, grown);
  CHECK(refusal(sgns, {{0, 3}, {1, 2, 3}}).empty());  // another table of the same size in its place
  table longer(11, tables.input.dim());
  std::swap(tables.input, longer);
  CHECK(refusal(sgns, {{0, 3}, {1, 2, 10}}) ==
        fmt::format("the input table is 11 x {0} now, host_sgns was made for 10 x {0}: make another",
                    tables.input.dim()));
  std::swap(tables.input, longer);

  tables.input[1][0] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(sgns.train(ragged{{0, 3}, {1, 2, 3}}, 0.025f), diverged);
}
