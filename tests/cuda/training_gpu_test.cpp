/// Training on a device: planted partitions are recovered as well as by one CPU thread, at every size; the same seed
/// gives the same bits where one warp trains; what diverges is reported and leaves finite tables.
#include <catch2/catch.hpp>
#include <cmath>

#include "m2grl/error.hpp"
#include "m2grl/trainer.hpp"
#include "support/planted.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

train_config planted_config(std::uint32_t epochs) {
  train_config cfg;
  cfg.dim = 16;
  cfg.epochs = epochs;
  cfg.size = window_size::fixed;
  cfg.threads = 1;
  return cfg;
}

train_result train_on(device_kind device, const support::planted_partition& g, const train_config& cfg) {
  view_input view;
  view.name = "node";
  view.nodes = g.nodes;
  view.sequences = g.sequences;
  train_options options;
  options.device = device;
  return train(cfg, std::span(&view, 1), {}, options);
}

/// The first nodes of a planted partition, for a purity that can be computed at any size.
double purity_of(const support::planted_partition& g, const table& vectors) {
  const std::size_t most = 2000;
  support::planted_partition part{std::min(g.nodes, most), g.communities, {}, {}};
  return support::purity(part, vectors, 5);
}

}  // namespace

TEST_CASE("device: planted partitions of 100, 1,000 and 100,000 nodes are recovered as by one CPU thread") {
  struct size {
    std::size_t nodes, communities, sequences;
    double skew, mixed;
  };
  for (const size& s :
       {size{100, 5, 12000, 1, 0.7}, size{1000, 20, 12000, 1, 0.6}, size{100000, 200, 60000, 0.5, 0.3}}) {
    const auto g = support::make_planted(s.nodes, s.communities, s.sequences, 40, s.skew, s.mixed, 1);
    const train_config cfg = planted_config(s.nodes > 1000 ? 5 : 2);
    const train_result cpu = train_on(device_kind::cpu, g, cfg), gpu = train_on(device_kind::cuda, g, cfg);
    const double wanted = purity_of(g, cpu.learned.views[0].input), got = purity_of(g, gpu.learned.views[0].input);
    CAPTURE(s.nodes, wanted, got);
    CHECK(wanted > 0.9);
    CHECK(got > wanted - 0.03);
    CHECK(gpu.pairs == cpu.pairs);
    CHECK(gpu.learned.tasks[0].loss == Approx(cpu.learned.tasks[0].loss).epsilon(0.01));
    CHECK(gpu.learned.tasks[0].log_variance == Approx(cpu.learned.tasks[0].log_variance).margin(0.05));
  }
}

TEST_CASE("device: deterministic runs give the same bits") {
  const auto g = support::make_planted(200, 5, 500, 20, 1, 0.5, 2);
  train_config cfg = planted_config(2);
  cfg.deterministic = true;
  const train_result a = train_on(device_kind::cuda, g, cfg), b = train_on(device_kind::cuda, g, cfg);
  const table &x = a.learned.views[0].input, &y = b.learned.views[0].input;
  CHECK(std::equal(x.data(), x.data() + x.rows() * x.stride(), y.data()));
  CHECK(a.learned.tasks[0].loss == b.learned.tasks[0].loss);
}

TEST_CASE("device: a run that diverges names task and round") {
  const auto g = support::make_planted(50, 5, 2000, 20, 1, 0.5, 3);
  train_config cfg = planted_config(5);
  cfg.learning_rate = 1e6;
  try {
    (void)train_on(device_kind::cuda, g, cfg);
    FAIL("it did not diverge");
  } catch (const diverged& e) {
    CHECK(e.task() == "node");
  }
}

TEST_CASE("device: three tasks, with links, sessions or walks, fp32 or bf16, follow the CPU's losses and weights") {
  for (const sequence_source source : {sequence_source::sessions, sequence_source::walks}) {
    for (const bool shared : {true, false}) {
      for (const table_precision precision : {table_precision::fp32, table_precision::bf16}) {
        catalogue::inputs c;
        catalogue::fill(c, 500, 12, 4000, 15, 7);
        c.views[0].source = source;
        c.linked[0].options.shared = shared;
        train_config cfg = catalogue::small_config();
        train_options options;
        options.device = device_kind::cpu;
        const train_result cpu = train(cfg, c.views, c.linked, options);
        cfg.precision = precision;
        options.device = device_kind::cuda;
        const train_result gpu = train(cfg, c.views, c.linked, options);
        CHECK(catalogue::all_finite(gpu.learned));
        for (std::size_t t = 0; t < 3; ++t) {
          const task_state &got = gpu.learned.tasks[t], &wanted = cpu.learned.tasks[t];
          CAPTURE(shared, t, got.loss, wanted.loss);
          CHECK(got.pairs == wanted.pairs);
          CHECK(got.loss == Approx(wanted.loss).epsilon(0.03));
          CHECK(got.log_variance == Approx(wanted.log_variance).margin(0.1));
        }
      }
    }
  }
}

TEST_CASE("device: the memory plan comes before training, and names every table") {
  catalogue::inputs c;
  catalogue::fill(c, 100, 5, 200, 10, 8);
  train_options options;
  options.device = device_kind::cuda;
  memory_lines lines;
  bool trained = false;
  options.on_memory_plan = [&](const memory_lines& said) {
    CHECK_FALSE(trained);
    lines = said;
  };
  options.on_progress = [&](const progress&) { trained = true; };
  (void)train(catalogue::small_config(), c.views, c.linked, options);
  CHECK(trained);
  const auto names = [&](const std::string& what) {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.find(what) != line.npos; });
  };
  CHECK(names("tables of item"));
  CHECK(names("tables of category"));
  CHECK(names("item~category"));
}
