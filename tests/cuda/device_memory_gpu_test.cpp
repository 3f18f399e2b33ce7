/// A caller's own device memory and stream: sequences trained in place, tables that stay, single steps.
#include <catch2/catch.hpp>
#include <memory>
#include <numeric>

#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "m2grl/error.hpp"
#include "m2grl/steps.hpp"
#include "m2grl/trainer.hpp"
#include "support/planted.hpp"

using namespace m2grl;
using cuda::device_array;

namespace {

/// Sequences on the device.
struct device_copy {
  device_array<std::uint64_t> offsets;
  device_array<std::uint32_t> ids;

  explicit device_copy(const ragged& rows)
      : offsets(std::span<const std::uint64_t>(rows.offsets)), ids(std::span<const std::uint32_t>(rows.ids)) {}
  [[nodiscard]] ragged_ref ref() const { return {{offsets.data(), offsets.size()}, {ids.data(), ids.size()}}; }
};

support::planted_partition planted() { return support::make_planted(60, 3, 300, 12, 0.5, 0.2, 5); }

/// One warp, so that runs can be compared bit for bit.
train_config one_warp() {
  train_config cfg;
  cfg.dim = 24;
  cfg.epochs = 2;
  cfg.deterministic = true;
  return cfg;
}

view_input view_of(const support::planted_partition& g, ragged_ref sequences) {
  view_input view;
  view.name = "node";
  view.nodes = g.nodes;
  view.sequences = sequences;
  return view;
}

std::vector<float> values(const table& t) { return {t.data(), t.data() + t.rows() * t.stride()}; }
std::vector<float> values(const device_table_ref& t, cudaStream_t stream) {
  std::vector<float> host(t.rows * t.stride);
  cuda::download_array(static_cast<const float*>(t.data), std::span(host), stream);
  return host;
}

train_result trained(const view_input& view, train_options options = {}) {
  options.device = device_kind::cuda;
  return train(one_warp(), std::span(&view, 1), {}, options);
}

}  // namespace

TEST_CASE("device memory: sequences are trained where they lie, tables stay where they are trained") {
  const auto g = planted();
  const device_copy copy(g.sequences);
  const cuda::stream own;
  view_input on_host = view_of(g, g.sequences), on_device = view_of(g, copy.ref());
  on_device.sequences_in = memory_kind::device;
  for (const auto source : {sequence_source::sessions, sequence_source::walks}) {
    on_host.source = on_device.source = source;  // walks: on the graph that the device builds of the transitions
    on_host.walks.length = on_device.walks.length = 10;
    const train_result expected = trained(on_host);
    train_options options;
    options.stream = own.get();
    options.keep_on_device = true;
    const train_result kept = trained(on_device, options);
    CHECK(kept.pairs == expected.pairs);
    CHECK(kept.learned.views.empty());
    REQUIRE(kept.on_device != nullptr);
    const device_embeddings::view& tables = kept.on_device->views().at(0);
    CHECK(tables.input.rows == g.nodes);
    CHECK(tables.input.dim == 24);
    CHECK(values(tables.input, own.get()) == values(expected.learned.views[0].input));
    CHECK(values(tables.output, own.get()) == values(expected.learned.views[0].output));
    CHECK(expected.on_device == nullptr);
  }
}

TEST_CASE("device memory: graphs are the same, given or built by either side") {
  const auto g = planted();
  view_input view = view_of(g, g.sequences);
  view.source = sequence_source::walks;
  view.walks.kind = walk_kind::weighted;
  view.walks.length = 8;
  std::vector<std::uint32_t> weights(g.sequences.ids.size());
  std::iota(weights.begin(), weights.end(), 1u);
  for (const bool directed : {false, true}) {
    view.directed = directed;
    view.event_weights = weights;
    view.graph = nullptr;
    view.counts = g.counts;
    const train_result built = trained(view);
    const csr_graph graph = build_transition_graph(g.sequences, g.nodes, directed, weights);
    view.graph = &graph;
    CHECK(values(trained(view).learned.views[0].input) == values(built.learned.views[0].input));
  }
}

TEST_CASE("device memory: event weights are read where the sequences are, or refused") {
  const auto g = planted();
  const device_copy copy(g.sequences);
  std::vector<std::uint32_t> weights(g.sequences.ids.size());
  std::iota(weights.begin(), weights.end(), 1u);
  const device_array<std::uint32_t> weights_copy{std::span<const std::uint32_t>(weights)};
  view_input on_host = view_of(g, g.sequences), on_device = view_of(g, copy.ref());
  on_device.sequences_in = memory_kind::device;
  on_host.source = on_device.source = sequence_source::walks;
  on_host.walks.kind = on_device.walks.kind = walk_kind::weighted;
  on_host.walks.length = on_device.walks.length = 8;
  on_host.event_weights = weights;
  on_device.event_weights = {weights_copy.data(), weights_copy.size()};
  CHECK(values(trained(on_device).learned.views[0].input) == values(trained(on_host).learned.views[0].input));

  on_device.event_weights = weights;
  CHECK_THROWS_WITH(trained(on_device), "view \"node\": event weights do not lie in the memory of a GPU");
}

TEST_CASE("device memory: faults of sequences are named by view and place") {
  const auto g = planted();
  const auto message = [&](const ragged& rows) -> std::string {
    const device_copy copy(rows);
    view_input view = view_of(g, copy.ref());
    view.sequences_in = memory_kind::device;
    try {
      (void)trained(view);
    } catch (const invalid_input& e) {
      return e.what();
    }
    return "";
  };
  ragged rows = g.sequences;
  rows.ids[77] = 60;
  CHECK(message(rows) == "view \"node\": id 60 at position 77 is not below 60");
  rows = g.sequences;
  rows.offsets[5] = rows.offsets[4] - 1;
  CHECK(message(rows).find("view \"node\": offsets of row 4 are 48 to 47") == 0);
  rows = g.sequences;
  rows.offsets.back() -= 1;
  CHECK(message(rows).find("view \"node\": offsets of row 299 are 3588 to 3599") == 0);

  view_input host = view_of(g, g.sequences);
  host.sequences_in = memory_kind::device;
  CHECK_THROWS_WITH(trained(host), Catch::Matchers::Contains("do not lie in the memory of a GPU"));
}

TEST_CASE("device memory: steps of a caller's own loop equal the trainer's rounds") {
  const auto g = planted();
  const device_copy copy(g.sequences);
  train_config cfg = one_warp();
  cfg.epochs = 1;
  cfg.min_learning_rate = cfg.learning_rate;  // constant, as below
  const view_input view = view_of(g, g.sequences);
  train_options options;
  options.device = device_kind::cuda;
  const train_result expected = train(cfg, std::span(&view, 1), {}, options);

  cfg.epochs = 0;  // the tables as they start
  const cuda::stream s;
  const std::size_t stride = padded_dim(cfg.dim);
  std::vector<float> start(g.nodes * stride, 0);
  {
    train_config one = cfg;
    one.epochs = 1;
    one.learning_rate = one.min_learning_rate = 1e-30;  // too small to change anything
    start = values(train(one, std::span(&view, 1), {}, options).learned.views[0].input);
  }
  device_array<float> input{std::span<const float>(start)};
  device_array<float> output(g.nodes * stride);
  output.zero(s.get());
  const device_table_ref in{input.data(), g.nodes, cfg.dim, stride, table_precision::fp32, 0};
  const device_table_ref out{output.data(), g.nodes, cfg.dim, stride, table_precision::fp32, 0};
  device_sgns sgns(cfg, in, out, g.counts, g.sequences.size());
  sgns.enqueue(copy.ref(), static_cast<float>(cfg.learning_rate), s.get());
  const sgns_totals totals = sgns.totals(s.get());
  CHECK(totals.pairs == expected.pairs);
  CHECK(totals.loss == Approx(expected.learned.tasks[0].loss));
  CHECK(values(in, s.get()) == values(expected.learned.views[0].input));
  CHECK(values(out, s.get()) == values(expected.learned.views[0].output));

  sgns.enqueue(copy.ref(), static_cast<float>(cfg.learning_rate), s.get());
  sgns.enqueue(copy.ref(), static_cast<float>(cfg.learning_rate), s.get());
  const sgns_totals later = sgns.totals(s.get());  // of these two alone, other windows each
  CHECK(later.pairs > expected.pairs);
  CHECK(later.pairs < 3 * expected.pairs);
  CHECK(later.loss < totals.loss);
}

TEST_CASE("device memory: loops whose kernels take more and less shared memory go on side by side") {
  const auto g = planted();
  const device_copy copy(g.sequences);
  const cuda::stream s;
  struct loop {
    device_array<float> input, output;
    std::unique_ptr<device_sgns> steps;
  };
  const auto loop_of = [&](std::uint32_t window) {
    train_config cfg;
    cfg.dim = 24;
    cfg.window = window;
    loop made{device_array<float>(g.nodes * 32), device_array<float>(g.nodes * 32), nullptr};
    for (auto* values : {&made.input, &made.output}) values->zero(s.get());
    const auto ref = [&](device_array<float>& values) {
      return device_table_ref{values.data(), g.nodes, cfg.dim, 32, table_precision::fp32, 0};
    };
    made.steps = std::make_unique<device_sgns>(cfg, ref(made.input), ref(made.output), g.counts, 100'000);
    return made;
  };
  const auto pairs_of_step = [&](loop& l) {
    l.steps->enqueue(copy.ref(), 0.025f, s.get());
    return l.steps->totals(s.get()).pairs;
  };
  const auto pairs_alone = [&](std::uint32_t window) {
    loop alone = loop_of(window);
    return pairs_of_step(alone);
  };
  const std::uint64_t wide_pairs = pairs_alone(16), narrow_pairs = pairs_alone(1);
  CHECK(narrow_pairs < wide_pairs);
  loop wide = loop_of(16), narrow = loop_of(1);
  CHECK(pairs_of_step(wide) == wide_pairs);
  CHECK(pairs_of_step(narrow) == narrow_pairs);
}

TEST_CASE("device memory: tables that cannot be stepped on are refused") {
  const auto g = planted();
  const train_config cfg = one_warp();
  device_array<float> memory(g.nodes * 32);
  const device_table_ref good{memory.data(), g.nodes, 24, 32, table_precision::fp32, 0};
  const auto message = [&](const device_table_ref& t) -> std::string {
    try {
      const device_sgns refused(cfg, t, good, g.counts, 1);
    } catch (const invalid_input& e) {
      return e.what();
    }
    return "";
  };
  device_table_ref bad = good;
  bad.dim = 25;
  CHECK(message(bad) == "the input table has dim 25, train.dim is 24");
  bad = good;
  bad.stride = 24;
  CHECK(message(bad) == "the input table has stride 24, it must be a multiple of 16 and at least its dim of 24");
  bad = good;
  bad.precision = table_precision::bf16;
  CHECK(message(bad) == "the input table has another precision than train.precision");
  bad = good;
  bad.rows = 59;
  CHECK(message(bad) == "the input table has 59 rows, the output table 60");
  bad = good;
  bad.data = memory.data() + 1;
  CHECK(message(bad) == "the input table is not aligned to 16 bytes");
  std::vector<float> host(g.nodes * 32 + 16);
  bad.data = reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(host.data()) + 63) / 64 * 64);
  CHECK(message(bad) == "the input table: rows do not lie in the memory of a GPU");
}
