/// The whole CUDA backend on an emulated device, through m2grl::train(), against the CPU backend.
#include <catch2/catch.hpp>

#include "inputs.hpp"
#include "m2grl/error.hpp"
#include "support/planted.hpp"

using namespace m2grl;
using emulated::train_on;

namespace {

/// Items in 600 sessions and their categories: two rounds an epoch.
void fill_catalogue(catalogue::inputs& c) { catalogue::fill(c, 120, 6, 600, 10, 3); }

train_config one_warp() {
  train_config cfg = catalogue::small_config();
  cfg.epochs = 2;
  cfg.deterministic = true;
  return cfg;
}

/// One warp draws, orders and trains as one CPU thread: what differs is the order of sums within a row.
void check_same_as_cpu(const catalogue::inputs& c, const train_config& cfg) {
  emulated::reset();
  const train_result cpu = train_on(device_kind::cpu, c, cfg), gpu = train_on(device_kind::cuda, c, cfg);
  CHECK(emulated::faults() == "");
  CHECK(catalogue::all_finite(gpu.learned));
  CHECK(gpu.pairs == cpu.pairs);
  for (std::size_t t = 0; t < cpu.learned.tasks.size(); ++t) {
    CAPTURE(t);
    CHECK(gpu.learned.tasks[t].pairs == cpu.learned.tasks[t].pairs);
    CHECK(gpu.learned.tasks[t].loss == Approx(cpu.learned.tasks[t].loss).epsilon(1e-4));
    CHECK(gpu.learned.tasks[t].log_variance == Approx(cpu.learned.tasks[t].log_variance).margin(1e-3));
    CHECK(gpu.learned.tasks[t].weight == Approx(cpu.learned.tasks[t].weight).margin(1e-3));
  }
  CHECK(emulated::difference(gpu.learned, cpu.learned) < 1e-3);
}

/// The losses of every task in every round.
struct losses {
  train_result result;
  std::vector<std::vector<double>> rounds;
};

losses losses_of(device_kind device, const catalogue::inputs& c, const train_config& cfg) {
  losses found;
  train_options options;
  options.on_progress = [&](const progress& now) {
    found.rounds.emplace_back();
    for (const task_state& task : now.tasks) found.rounds.back().push_back(task.loss);
  };
  found.result = train_on(device, c, cfg, options);
  return found;
}

}  // namespace

TEST_CASE("emulated: one warp learns what one CPU thread learns") {
  catalogue::inputs c;
  fill_catalogue(c);
  train_config cfg = one_warp();
  link_config& link = c.linked[0].options;
  SECTION("sessions, SGD") {}
  SECTION("sessions, AdaGrad") { cfg.optimizer = optimizer_kind::adagrad; }
  SECTION("dim 100") { cfg.dim = 100; }
  SECTION("dim 100, AdaGrad, nine negatives") {
    cfg.dim = 100;
    cfg.epochs = 1;
    cfg.negatives = 9;
    cfg.optimizer = optimizer_kind::adagrad;
  }
  SECTION("a window of the past, subsampling, masked contexts, other samplers") {
    cfg.side = window_side::past;
    cfg.size = window_size::fixed;
    cfg.subsample = 0.05;
    cfg.mask_context_negatives = true;
    cfg.logit_limit = 0.01;
    cfg.sampler = negative_sampler::log_uniform;
  }
  SECTION("uniform negatives, weights that are fixed") {
    cfg.sampler = negative_sampler::uniform;
    cfg.task_weights = weight_policy::fixed;
    cfg.fixed_weights["category"] = 0.5;
  }
  SECTION("no link") { c.linked.clear(); }
  SECTION("links through a sigmoid") { link.projection = projection_kind::sigmoid; }
  SECTION("links through tanh") { link.projection = projection_kind::tanh; }
  SECTION("links through a sigmoid of another dim, one W each") {
    link.projection = projection_kind::sigmoid;
    link.relation_dim = 33;
    link.shared = false;
  }
  SECTION("links with one W each, no bias, another dim, AdaGrad") {
    link.shared = false;
    link.bias = false;
    link.relation_dim = 8;
    link.ratio = 0.7;
    cfg.optimizer = optimizer_kind::adagrad;
  }
  SECTION("links by lazy Adam") { cfg.align_optimizer = align_optimizer_kind::adam; }
  SECTION("walks") {
    c.views[0].source = sequence_source::walks;
    SECTION("uniform") { c.views[0].walks.kind = walk_kind::uniform; }
    SECTION("weighted") { c.views[0].walks.kind = walk_kind::weighted; }
    SECTION("node2vec") {
      c.views[0].walks.kind = walk_kind::node2vec;
      c.views[0].walks.p = 0.5;
      c.views[0].walks.q = 2;
    }
  }
  check_same_as_cpu(c, cfg);
}

// SGD: in every round. AdaGrad's first steps, from sums of zero, are the larger the more warps take them at once, and
// the links train on what they leave: there the last epoch is compared.
TEST_CASE("emulated: many warps and bf16 rows follow the CPU's losses", "[statistics]") {
  const auto optimizer = GENERATE(optimizer_kind::sgd, optimizer_kind::adagrad);
  const auto precision = GENERATE(table_precision::fp32, table_precision::bf16);
  const bool walks = GENERATE(false, true);
  CAPTURE(static_cast<int>(optimizer), static_cast<int>(precision), walks);
  catalogue::inputs c;
  catalogue::fill(c, 600, 40, 700, 12, 5);  // 16,800 positions: three rounds an epoch; 12 warps and fewer
  if (walks) c.views[0].source = sequence_source::walks;
  train_config cfg = catalogue::small_config();
  cfg.epochs = 2;
  cfg.optimizer = optimizer;
  const losses wanted = losses_of(device_kind::cpu, c, cfg);
  cfg.precision = precision;
  emulated::reset();
  const losses got = losses_of(device_kind::cuda, c, cfg);
  CHECK(emulated::faults() == "");
  CHECK(catalogue::all_finite(got.result.learned));
  REQUIRE(got.rounds.size() == wanted.rounds.size());
  REQUIRE(got.rounds.size() >= 6);
  const bool sgd = optimizer == optimizer_kind::sgd;
  for (std::size_t r = sgd ? 0 : got.rounds.size() - 3; r < got.rounds.size(); ++r) {
    for (std::size_t t = 0; t < 3; ++t) {
      CAPTURE(r, t);
      CHECK(got.rounds[r][t] == Approx(wanted.rounds[r][t]).epsilon(sgd ? 0.04 : t == 2 ? 0.25 : 0.08));
    }
  }
}

TEST_CASE("emulated: planted partitions are recovered as by one CPU thread", "[statistics]") {
  const auto g = support::make_planted(100, 5, 700, 20, 1, 0.5, 1);
  view_input view;
  view.name = "node";
  view.nodes = g.nodes;
  view.sequences = g.sequences;
  train_config cfg;
  cfg.dim = 16;
  cfg.epochs = 3;
  cfg.threads = 1;
  cfg.tied = GENERATE(false, true);
  train_options options;
  options.device = device_kind::cpu;
  const train_result cpu = train(cfg, std::span(&view, 1), {}, options);
  options.device = device_kind::cuda;
  const double wanted = support::purity(g, cpu.learned.views[0].input, 5);
  CHECK(wanted > (cfg.tied ? 0.6 : 0.9));
  for (const auto precision : {table_precision::fp32, table_precision::bf16}) {
    cfg.precision = precision;
    emulated::reset();
    const train_result gpu = train(cfg, std::span(&view, 1), {}, options);
    CHECK(emulated::faults() == "");
    CHECK(gpu.pairs == cpu.pairs);
    CHECK(support::purity(g, gpu.learned.views[0].input, 5) > wanted - (cfg.tied ? 0.1 : 0.03));
    const auto& [input, output] = gpu.learned.views[0];
    const bool equal = std::equal(input.data(), input.data() + input.bytes() / sizeof(float), output.data());
    CHECK(equal == cfg.tied);
  }
}

TEST_CASE("emulated: a result does not depend on when the device runs what it was given") {
  catalogue::inputs c;
  fill_catalogue(c);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 2;
  c.views[0].source = GENERATE(sequence_source::sessions, sequence_source::walks);
  emulated::reset();
  const train_result late = train_on(device_kind::cuda, c, cfg), again = train_on(device_kind::cuda, c, cfg);
  emulated::reset({.runs = emulated::timing::at_once});
  const train_result early = train_on(device_kind::cuda, c, cfg);
  CHECK(catalogue::same_bits(late.learned, again.learned));
  CHECK(catalogue::same_bits(late.learned, early.learned));
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: a run that diverges names its task and leaves nothing behind") {
  catalogue::inputs c;
  fill_catalogue(c);
  train_config cfg = catalogue::small_config();
  cfg.learning_rate = 1e6;
  emulated::reset();
  CHECK_THROWS_AS(train_on(device_kind::cuda, c, cfg), diverged);
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: without a device cuda is refused, and automatic is the CPU") {
  catalogue::inputs c;
  fill_catalogue(c);
  train_config cfg = one_warp();
  emulated::reset({.devices = 0});
  CHECK_THROWS_AS(train_on(device_kind::cuda, c, cfg), invalid_input);
  const train_result found = train_on(device_kind::automatic, c, cfg);
  CHECK(catalogue::same_bits(found.learned, train_on(device_kind::cpu, c, cfg).learned));
  emulated::reset();
  const train_result on_device = train_on(device_kind::automatic, c, cfg);
  CHECK(emulated::calls("cudaGraphLaunch") == on_device.rounds);
}
