/// Each option out of range, and each malformed input, is one error that names what is wrong.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "m2grl/error.hpp"
#include "m2grl/steps.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

/// The message of the error that a change of a good problem leads to; empty: none was thrown.
std::string message_of(const std::function<void(train_config&, catalogue::inputs&)>& spoil) {
  catalogue::inputs c;
  catalogue::fill(c, 30, 4, 20, 6, 1);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 1;
  spoil(cfg, c);
  try {
    (void)train(cfg, c.views, c.linked);
  } catch (const invalid_input& e) {
    return e.what();
  }
  return "";
}

void check_message(const std::string& wanted, const std::function<void(train_config&, catalogue::inputs&)>& spoil) {
  const std::string got = message_of(spoil);
  CAPTURE(wanted, got);
  CHECK(got.find(wanted) != std::string::npos);
}

const double nan_value = std::nan("");
const double infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a good problem trains") {
  CHECK(message_of([](train_config&, catalogue::inputs&) {}).empty());
}

TEST_CASE("training options out of range") {
  using cfg = train_config;
  using in = catalogue::inputs;
  check_message("train.dim is 0", [](cfg& c, in&) { c.dim = 0; });
  check_message("train.dim is 1025", [](cfg& c, in&) { c.dim = 1025; });
  check_message("train.window is 0", [](cfg& c, in&) { c.window = 0; });
  check_message("train.window is 17", [](cfg& c, in&) { c.window = 17; });
  check_message("train.negatives is 0", [](cfg& c, in&) { c.negatives = 0; });
  check_message("train.negatives is 32", [](cfg& c, in&) { c.negatives = 32; });
  for (const double bad : {0.0, -1.0, nan_value, infinite}) {
    check_message("train.learning_rate is", [&](cfg& c, in&) { c.learning_rate = bad; });
  }
  for (const double bad : {0.0, -1.0, 2e6, nan_value, infinite}) {
    check_message("train.init_scale is", [&](cfg& c, in&) { c.init_scale = bad; });
  }
  for (const double bad : {-1.0, 2e5, nan_value, infinite}) {
    check_message("train.logit_limit is", [&](cfg& c, in&) { c.logit_limit = bad; });
  }
  for (const double bad : {-1.0, 0.5, nan_value}) {
    check_message("train.min_learning_rate is", [&](cfg& c, in&) { c.min_learning_rate = bad; });
  }
  for (const double bad : {-0.1, 1.0, nan_value})
    check_message("train.warmup is", [&](cfg& c, in&) { c.warmup = bad; });
  for (const double bad : {-0.1, nan_value, infinite}) {
    check_message("train.subsample is", [&](cfg& c, in&) { c.subsample = bad; });
    check_message("train.alpha is", [&](cfg& c, in&) { c.alpha = bad; });
    check_message("train.align_rate is", [&](cfg& c, in&) { c.align_rate = bad; });
    check_message("train.align_matrix_rate is", [&](cfg& c, in&) { c.align_matrix_rate = bad; });
    check_message("train.task_weight_rate is", [&](cfg& c, in&) { c.task_weight_rate = bad; });
    check_message("train.fixed_weights of \"item\" is", [&](cfg& c, in&) { c.fixed_weights = {{"item", bad}}; });
  }
  check_message("\"shop\", which does not exist", [](cfg& c, in&) { c.fixed_weights = {{"shop", 1.0}}; });
}

TEST_CASE("malformed views and links") {
  using cfg = train_config;
  using in = catalogue::inputs;
  check_message("no view", [](cfg&, in& i) {
    i.views.clear();
    i.linked.clear();
  });
  check_message("view \"item\" has no nodes", [](cfg&, in& i) { i.views[0].nodes = 0; });
  check_message("view \"item\": id", [](cfg&, in& i) { i.items.ids[7] = 30; });
  check_message("view \"item\": offsets", [](cfg&, in& i) { i.items.offsets.back() -= 1; });
  check_message("view \"item\": offsets of row 1", [](cfg&, in& i) { i.items.offsets[2] = 0; });
  check_message("view \"category\" has no node that occurs", [](cfg&, in& i) { i.views[1].sequences = {}; });
  static const std::vector<std::uint64_t> short_counts{1, 2};
  check_message("30 nodes but 2 counts", [](cfg&, in& i) { i.views[0].counts = short_counts; });
  static const csr_graph small{{0, 0}, {}, {}};
  check_message("has neither a graph of its size", [](cfg&, in& i) {
    i.views[0].source = sequence_source::walks;
    i.views[0].graph = &small;
  });
  check_message("length >= 2", [](cfg&, in& i) {
    i.views[0].source = sequence_source::walks;
    i.views[0].walks.length = 1;
  });
  check_message("p and q", [](cfg&, in& i) {
    i.views[0].source = sequence_source::walks;
    i.views[0].walks.kind = walk_kind::node2vec;
    i.views[0].walks.p = 0;
  });
  check_message("joins views 0 and 2", [](cfg&, in& i) { i.linked[0].to = 2; });
  check_message("link \"category~category\" has 30 rows for 4 nodes", [](cfg&, in& i) { i.linked[0].from = 1; });
  check_message("link \"item~category\": id", [](cfg&, in& i) { i.links.ids[3] = 4; });
  check_message("ratio is 0", [](cfg&, in& i) { i.linked[0].options.ratio = 0; });
  check_message("relation_dim is above 1024", [](cfg&, in& i) { i.linked[0].options.relation_dim = 1025; });
  static const std::vector<std::uint32_t> zero_counts(30, 0);
  check_message("no node that occurs is linked", [](cfg&, in& i) { i.linked[0].counts = zero_counts; });
  check_message("counts do not match", [](cfg&, in& i) { i.linked[0].counts = std::span(zero_counts).first(3); });
}

TEST_CASE("a device that is not there, or lacks what is asked for, is refused") {
  train_config cfg;
  CHECK(resolve_device(device_kind::cpu, cfg) == device_kind::cpu);
  const device_kind found = resolve_device(device_kind::automatic, cfg);
  if (found == device_kind::cpu) {
    CHECK_THROWS_WITH(resolve_device(device_kind::cuda, cfg), Catch::Matchers::StartsWith("device cuda: "));
  } else {
    CHECK(built_with_cuda());
    CHECK(resolve_device(device_kind::cuda, cfg) == device_kind::cuda);
  }
  cfg.precision = table_precision::bf16;
  CHECK_THROWS_WITH(resolve_device(device_kind::cpu, cfg), Catch::Matchers::StartsWith("train.precision is bf16"));
}

TEST_CASE("what only a GPU can do is refused on the CPU") {
  const std::vector<std::uint64_t> offsets{0, 2};
  const std::vector<node_id> ids{0, 1};
  view_input view;
  view.name = "item";
  view.nodes = 2;
  view.sequences = {offsets, ids};
  view.sequences_in = memory_kind::device;
  train_options options;
  options.device = device_kind::cpu;
  CHECK_THROWS_WITH(train({}, std::span(&view, 1), {}, options),
                    "view \"item\": its sequences lie in device memory, but training would run on the CPU");
  train_config patient;
  patient.patience = 3;
  options.keep_on_device = true;
  view.sequences_in = memory_kind::host;
  CHECK_THROWS_WITH(train(patient, std::span(&view, 1), {}, options),
                    Catch::Matchers::StartsWith("train.patience is 3, but tables that stay on the GPU"));
  if (!built_with_cuda()) {
    CHECK_THROWS_WITH(device_sgns({}, {}, {}, {}, 1), "this m2grl was built without the CUDA backend");
  }
}

TEST_CASE("walks need a graph, or sequences to make one of") {
  view_input view;
  view.name = "item";
  view.nodes = 2;
  view.source = sequence_source::walks;
  train_options options;
  options.device = device_kind::cpu;
  CHECK_THROWS_WITH(train({}, std::span(&view, 1), {}, options),
                    "view \"item\" walks, but has neither a graph of its size nor sequences to make one of");
}
