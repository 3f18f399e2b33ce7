/// The largest problems there may be: beyond 2^31 edges and 2^32 pairs nothing wraps, beyond the limits there is an
/// error by name.
#include <sys/mman.h>

#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "m2grl/error.hpp"
#include "m2grl/kernel/walk.hpp"
#include "m2grl/trainer.hpp"
#include "support/process.hpp"
#include "train/catalogue.hpp"
#include "train/checkpoint.hpp"
#include "train/history.hpp"
#include "train/schedule.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// Numbers that take no memory until they are written; all zero.
class virtual_numbers {
 public:
  explicit virtual_numbers(std::uint64_t count)
      : bytes_(count * sizeof(std::uint32_t)),
        memory_(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    REQUIRE(memory_ != MAP_FAILED);
  }
  virtual_numbers(const virtual_numbers&) = delete;
  virtual_numbers& operator=(const virtual_numbers&) = delete;
  ~virtual_numbers() { (void)::munmap(memory_, bytes_); }
  [[nodiscard]] std::uint32_t* data() const { return static_cast<std::uint32_t*>(memory_); }

 private:
  std::size_t bytes_;
  void* memory_;
};

/// A walk of ten steps from node 1.
std::array<std::uint32_t, 10> walk_on(const kernel::csr_ref& graph, const kernel::walk_options& o, std::uint64_t item) {
  const kernel::random_stream stream(o.seed, o.task, 0, item, kernel::purpose::walk);
  std::array<std::uint32_t, 10> nodes{};
  std::uint32_t before = 0, at = 1;
  for (std::uint32_t step = 1; step <= nodes.size(); ++step) {
    const std::uint32_t next = graph.columns[kernel::draw_step(graph, o, stream, step, at, before)];
    before = at;
    at = nodes[step - 1] = next;
  }
  return nodes;
}

}  // namespace

TEST_CASE("limits: walks beyond 2^31 and 2^32 edges are those of the same rows at the begin") {
  const std::vector<std::uint32_t> columns{2, 3, 1, 3, 1, 2}, cumulative{1, 5, 2, 9, 3, 4};
  const std::vector<std::uint64_t> small_offsets{0, 0, 2, 4, 6};  // node 0 has no edge
  const kernel::csr_ref small{small_offsets.data(), columns.data(), cumulative.data(), 4};
  for (const std::uint64_t before : {(std::uint64_t{1} << 31) - 1, (std::uint64_t{1} << 32) - 3}) {
    const virtual_numbers large_columns(before + 6), large_cumulative(before + 6);
    std::copy(columns.begin(), columns.end(), large_columns.data() + before);
    std::copy(cumulative.begin(), cumulative.end(), large_cumulative.data() + before);
    const std::vector<std::uint64_t> offsets{0, before, before + 2, before + 4, before + 6};
    const kernel::csr_ref large{offsets.data(), large_columns.data(), large_cumulative.data(), 4};
    for (const bool second_order : {false, true}) {
      kernel::walk_options o;
      o.second_order = second_order;
      o.bias_return = 1u << 20;
      for (std::uint64_t item = 0; item < 200; ++item) CHECK(walk_on(large, o, item) == walk_on(small, o, item));
    }
  }
}

TEST_CASE("limits: a draw from a row of 2^31 edges reaches its end") {
  const std::uint64_t edges = (std::uint64_t{1} << 31) + 5;
  const virtual_numbers columns(edges);
  const std::vector<std::uint64_t> offsets{0, edges};
  const kernel::csr_ref graph{offsets.data(), columns.data(), nullptr, 1};
  kernel::walk_options o;
  o.weighted = false;
  CHECK(kernel::draw_edge(graph, o, 0, 0) == 0);
  CHECK(kernel::draw_edge(graph, o, 0, std::numeric_limits<std::uint32_t>::max()) == edges - 1);
}

TEST_CASE("limits: an epoch of more than 2^32 walks is sliced without gap, and its pairs are counted") {
  catalogue::inputs c;
  catalogue::fill(c, 97, 5, 200, 17, 4);
  c.views[0].source = sequence_source::walks;
  c.views[0].walks.per_node = 1u << 30;
  c.views[0].walks.length = 2;
  const problem p = make_problem(catalogue::small_config(), c.views, c.linked);
  REQUIRE(p.items(0) == 97ull << 30);
  const schedule s(p);
  std::uint64_t next = 0;
  for (std::uint64_t round = 0; round < s.rounds_per_epoch(); ++round) {
    const task_slice slice = s.plan(round).slices[0];
    if (slice.first != next) FAIL("round " << round << " begins at " << slice.first << ", not at " << next);
    next += slice.count;
  }
  CHECK(next == 97ull << 30);
}

TEST_CASE("limits: losses and pairs of many rounds beyond 2^32 never stick") {
  history_recorder history(1);
  kernel::loss_tally epoch;
  const kernel::loss_tally round{kernel::to_fixed_point(2.0) * (std::int64_t{1} << 31), 1ull << 31, false};
  std::vector<task_state> tasks(1);
  for (int i = 0; i < 1000; ++i) {
    epoch += round;
    history.add(std::span(&round, 1), tasks);
  }
  CHECK(epoch.pairs == 1000ull << 31);
  CHECK(epoch.mean() == 2.0);
  const training_history told = history.history(1000);
  for (std::size_t point = 0; point < told.rounds.size(); ++point) CHECK(told.losses[point][0] == 2.0f);
  // Beyond what 64 bits of fixed point hold, a loss stays the largest that there is: it does not turn.
  kernel::loss_tally full{std::numeric_limits<std::int64_t>::max() - 5, 1, false};
  full += round;
  CHECK(full.loss == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("limits: nodes, tasks and lengths beyond the largest are refused by name, before memory is taken") {
  catalogue::inputs c;
  catalogue::fill(c, 30, 4, 40, 10, 1);
  const train_config cfg = catalogue::small_config();
  const auto refused = [&](const char* why) { CHECK_THROWS_WITH(make_problem(cfg, c.views, c.linked), Contains(why)); };
  SECTION("nodes") {
    c.views[0].nodes = no_node;
    refused("view \"item\" has 4294967295 nodes, ids are 32 bits wide");
  }
  SECTION("one node") {
    c.views[1].nodes = 1;
    refused("view \"category\" has one node");
  }
  SECTION("tasks") {
    c.linked.assign(65534, c.linked[0]);
    refused("more than 65535 tasks");
  }
  SECTION("epochs") {
    train_config many = cfg;
    many.epochs = (1u << 24) + 1;
    CHECK_THROWS_WITH(make_problem(many, c.views, c.linked), Contains("train.epochs is 16777217"));
  }
  SECTION("pairs of a link") {
    c.linked[0].options.ratio = 1e13;
    refused("pairs an epoch, at most 2^48");
  }
  SECTION("walks") {
    std::vector<std::uint64_t> counts(1u << 17, 1);
    const csr_graph graph{std::vector<std::uint64_t>((1u << 17) + 1, 0), {}, {}};
    c.views[0].nodes = 1u << 17, c.views[0].graph = &graph, c.views[0].counts = counts;
    c.views[0].source = sequence_source::walks, c.views[0].walks.per_node = 0xFFFFFFFF;
    refused("walks or sequences an epoch, at most 2^48");
  }
  SECTION("a sequence of 2^28 positions") {
    const virtual_numbers ids(1u << 28);
    const std::vector<std::uint64_t> offsets{0, 1u << 28};
    c.views[0].sequences = {offsets, std::span<const node_id>(ids.data(), 1u << 28)};
    refused("view \"item\": row 0 has 2^28 positions or more");
  }
  SECTION("a row of links whose counts reach 2^32") {
    std::vector<std::uint32_t> counts(30, 1);
    c.links.offsets.assign(31, 30);
    c.links.offsets[0] = 0;
    c.linked[0].targets = c.links;
    counts[3] = counts[4] = 0x80000000u;
    c.linked[0].counts = counts;
    refused("counts of row 0 add up to 2^32 or more");
  }
}

TEST_CASE("a learning rate a thousand times too large is told within a round, and the last good state is kept") {
  catalogue::inputs c;
  catalogue::fill(c, 500, 8, 3000, 20, 1);
  const test::temporary_folder folder;
  train_config cfg = catalogue::small_config();
  cfg.epochs = 50;
  cfg.checkpoint_steps = 1;
  cfg.deterministic = true;
  cfg.learning_rate *= 1000;
  cfg.warmup = 0.9;  // so that the first rounds are good
  const std::filesystem::path file = folder / "checkpoint";
  std::uint64_t told = 0, rounds = 0;
  train_options options;
  options.device = device_kind::cpu;
  options.checkpoints.file = file;
  options.on_progress = [&](const progress& now) { told = now.round; };
  try {
    (void)train(cfg, c.views, c.linked, options);
  } catch (const diverged& fault) {
    rounds = fault.step() + 1;
  }
  REQUIRE(rounds > 0);
  CHECK(told + 1 == rounds);  // every round before it was good, and told as such
  checkpoint_reader kept(file);
  CHECK(kept.header().at("trainer").at("progress").at("rounds") == rounds - 1);
  for (const auto& [name, bytes] : kept.parts()) {
    const std::vector<std::byte> part = kept.next();
    if (name.find("log_variance") != std::string::npos || name.find("weight") != std::string::npos) continue;
    std::vector<float> values(bytes / sizeof(float));
    std::memcpy(values.data(), part.data(), part.size());
    CAPTURE(name);
    CHECK(std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }));
  }
}
