/// The memory that the backend takes of the emulated device: as planned, in host memory where the device is small, and
/// none at all where the tables do not fit.
#include <catch2/catch.hpp>

#include "cuda/memory_plan.hpp"
#include "inputs.hpp"
#include "m2grl/error.hpp"
#include "support/planted.hpp"
#include "train/device.hpp"

using namespace m2grl;
using emulated::train_on;

namespace {

struct planned {
  catalogue::inputs inputs;
  train_config cfg = catalogue::small_config();

  planned() {
    catalogue::fill(inputs, 300, 6, 400, 12, 4);
    cfg.subsample = 1e-3;
    cfg.epochs = 1;
  }
  [[nodiscard]] std::uint64_t device_bytes() const {
    const problem p = make_problem(cfg, inputs.views, inputs.linked);
    const schedule s(p, limits_of(device_kind::cuda));
    return cuda::plan_memory(p, s.largest_slices(), {std::uint64_t{1} << 40, 227 << 10})
        .bytes(cuda::memory_place::device);
  }
  [[nodiscard]] train_result train(train_options options = {}) const {
    return train_on(device_kind::cuda, inputs, cfg, std::move(options));
  }
};

std::size_t in_host_memory(const memory_lines& lines) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [](const auto& line) { return line.find("  in host memory") != line.npos; }));
}

}  // namespace

TEST_CASE("emulated: a training takes the device memory that was planned") {
  planned run;
  if (GENERATE(false, true)) run.inputs.views[0].source = sequence_source::walks;
  run.cfg.optimizer = GENERATE(optimizer_kind::sgd, optimizer_kind::adagrad);
  run.cfg.precision = GENERATE(table_precision::fp32, table_precision::bf16);
  run.inputs.linked[0].options.shared = GENERATE(true, false);
  emulated::reset();
  (void)run.train();
  const std::size_t took = emulated::peak_bytes();
  const std::uint64_t wanted = run.device_bytes();
  CAPTURE(took, wanted);
  CHECK(took < wanted + 1024);   // rounds' states
  CHECK(took + 16384 > wanted);  // hot rows' factors are planned for all
}

TEST_CASE("emulated: where the device is small, sequences and graphs lie in host memory, and the result is the same") {
  planned run;
  const bool walks = GENERATE(false, true);
  if (walks) run.inputs.views[0].source = sequence_source::walks;
  if (walks) run.inputs.views[0].walks.kind = GENERATE(walk_kind::uniform, walk_kind::weighted, walk_kind::node2vec);
  emulated::reset();
  const train_result whole = run.train();
  CHECK(emulated::peak_pinned_bytes() < 4096);
  emulated::reset({.bytes = cuda::default_reserve_bytes + run.device_bytes() - (walks ? 40000 : 1)});
  memory_lines lines;
  train_options options;
  options.on_memory_plan = [&](const memory_lines& said) {
    CHECK(emulated::live() == emulated::live_counts());
    CHECK(emulated::calls("cudaMalloc") == 0);
    lines = said;
  };
  const train_result small = run.train(options);
  CHECK(in_host_memory(lines) == (walks ? 2 : 1));
  CHECK(emulated::peak_pinned_bytes() > 4 * 4800);
  CHECK(catalogue::same_bits(small.learned, whole.learned));
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: the plan of a data set is that of its training, graphs to be built counted in") {
  const auto g = support::make_planted(60, 3, 300, 12, 0.5, 0.2, 5);
  config cfg;
  cfg.views.resize(1);
  cfg.views[0].name = "node";
  cfg.views[0].sequences = sequence_source::walks;
  cfg.train.dim = 8;
  cfg.train.epochs = 1;
  dataset data;
  data.views.resize(1);
  data.views[0].name = "node";
  std::vector<std::string> names;
  for (std::size_t i = 0; i < g.nodes; ++i) names.push_back(std::to_string(i));
  data.views[0].ids = vocabulary(std::move(names), g.counts);
  data.views[0].sequences = g.sequences;
  emulated::reset();
  memory_lines trained;
  train_options options;
  options.device = device_kind::cuda;
  options.on_memory_plan = [&](const memory_lines& said) { trained = said; };
  (void)train(cfg, data, options);
  const memory_lines planned = plan_memory(cfg, data, device_kind::cuda);
  CHECK(planned == trained);
  CHECK(std::count_if(planned.begin(), planned.end(),
                      [](const auto& line) { return line.find("building") != line.npos; }) == 1);
}

TEST_CASE("emulated: tables that do not fit are refused before anything is allocated") {
  planned run;
  emulated::reset({.bytes = cuda::default_reserve_bytes + 100000});
  CHECK_THROWS_AS(run.train(), out_of_memory);
  CHECK(emulated::calls("cudaMalloc") == 0);
  CHECK(emulated::calls("cudaMallocHost") == 0);
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: memory that is gone although it was planned is reported with its bytes, and given back") {
  planned run;
  emulated::reset({.bytes = cuda::default_reserve_bytes + run.device_bytes()});
  train_options options;
  options.on_memory_plan = [&](const memory_lines&) { emulated::shrink(run.device_bytes() / 2); };
  CHECK_THROWS_AS(run.train(options), out_of_memory);
  CHECK(emulated::calls("cudaMalloc") > 1);
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: a ring beyond a block's shared memory lies in device memory, and the result is the same") {
  planned run;
  run.inputs.views.pop_back();
  run.inputs.linked.clear();
  run.cfg.dim = 300;
  run.cfg.window = 12;
  run.cfg.deterministic = GENERATE(true, false);
  run.cfg.optimizer = run.cfg.deterministic ? optimizer_kind::sgd : optimizer_kind::adagrad;
  emulated::reset();
  const train_result on_chip = run.train();
  const std::size_t before = emulated::peak_bytes();
  emulated::reset({.shared_bytes = 99 << 10});
  const train_result off_chip = run.train();
  CHECK(emulated::peak_bytes() > before + (100 << 10));
  CHECK(catalogue::all_finite(off_chip.learned));
  // With more warps the two differ: fewer fit where they share a block's memory.
  if (run.cfg.deterministic) CHECK(catalogue::same_bits(off_chip.learned, on_chip.learned));
  CHECK(emulated::faults() == "");
}
