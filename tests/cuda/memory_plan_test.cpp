/// What a problem takes of a device, and what gives way where it is too small.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "cuda/align/link_batch.hpp"
#include "cuda/memory_plan.hpp"
#include "cuda/sgns/warp_memory.hpp"
#include "m2grl/error.hpp"
#include "random_graphs.hpp"

using namespace m2grl;
using cuda::memory_place;
using cuda::memory_use;

namespace {

/// Two views on sessions, two on walks, one link.
struct small_world {
  ragged item = support::random_sequences(300, 100, 20, 1), shop = support::random_sequences(90, 30, 10, 2);
  csr_graph tag = support::random_graph(40, true, false, 3), page = support::random_graph(80, false, false, 4);
  ragged links;
  train_config cfg;
  std::vector<view_input> views;
  std::vector<link_input> joined;

  small_world() {
    for (node_id i = 0; i < 100; ++i) {
      links.ids.push_back(i % 30);
      links.end_row();
    }
    cfg.dim = 20;
    cfg.threads = 1;
    cfg.subsample = 1e-3;
    add("item", 100).sequences = item;
    add("shop", 30).sequences = shop;
    add_walks("tag", tag, walk_kind::node2vec);
    add_walks("page", page, walk_kind::uniform);
    link_input link;
    link.from = 0;
    link.to = 1;
    link.targets = links;
    link.options.shared = false;
    link.options.relation_dim = 33;
    joined.push_back(link);
  }

  view_input& add(const char* name, std::size_t nodes) {
    view_input& view = views.emplace_back();
    view.name = name;
    view.nodes = nodes;
    return view;
  }
  void add_walks(const char* name, const csr_graph& graph, walk_kind kind) {
    view_input& view = add(name, graph.nodes());
    view.graph = &graph;
    view.source = sequence_source::walks;
    view.walks.kind = kind;
    view.walks.length = 11;
    view.walks.per_node = 2;
  }
  [[nodiscard]] problem make() const { return make_problem(cfg, views, joined); }
};

constexpr std::uint64_t block_shared_bytes = 232448;  // of Hopper

/// Epochs of seven rounds.
cuda::memory_plan plan_memory(const problem& p, std::uint64_t free_bytes,
                              std::uint64_t reserve_bytes = cuda::default_reserve_bytes) {
  std::vector<std::uint64_t> largest_slices;
  for (std::size_t t = 0; t < p.tasks(); ++t) largest_slices.push_back((p.items(t) + 6) / 7);
  return cuda::plan_memory(p, largest_slices, {free_bytes, block_shared_bytes}, reserve_bytes);
}

constexpr std::uint64_t plenty = std::uint64_t{1} << 40;

std::uint64_t bytes_of(const cuda::memory_plan& plan, memory_use use, std::size_t task) {
  std::uint64_t sum = 0;
  for (const auto& part : plan.parts) sum += part.use == use && part.task == task ? part.bytes : 0;
  return sum;
}

std::string refusal(const problem& p, std::uint64_t free_bytes, std::uint64_t reserve_bytes) {
  try {
    (void)plan_memory(p, free_bytes, reserve_bytes);
  } catch (const out_of_memory& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("parts of a problem, counted by hand") {
  small_world world;
  const problem p = world.make();
  const cuda::memory_plan plan = plan_memory(p, plenty);
  CHECK(bytes_of(plan, memory_use::tables, 0) == 2 * 100 * 32 * 4);  // dim 20, padded to 32
  CHECK(bytes_of(plan, memory_use::tables, 3) == 2 * 80 * 32 * 4);
  CHECK(bytes_of(plan, memory_use::optimiser, 0) == 0);
  world.cfg.align_optimizer = align_optimizer_kind::adam;
  const problem by_adam = world.make();
  CHECK(bytes_of(plan_memory(by_adam, plenty), memory_use::optimiser, 0) == 100 * (2 * 32 * 4 + 4));
  CHECK(bytes_of(plan_memory(by_adam, plenty), memory_use::optimiser, 2) == 0);  // not linked
  world.cfg.align_optimizer = align_optimizer_kind::tables;
  world.cfg.tied = true;
  CHECK(bytes_of(plan_memory(world.make(), plenty), memory_use::tables, 0) == 100 * 32 * 4);
  world.cfg.tied = false;
  CHECK(bytes_of(plan, memory_use::samplers, 1) == 30 * 8 + 30 * 4 + 2 * 30 * 4);
  CHECK(bytes_of(plan, memory_use::sequences, 0) == 301 * 8 + world.item.ids.size() * 4);
  CHECK(bytes_of(plan, memory_use::sequences, 2) == 0);
  CHECK(bytes_of(plan, memory_use::graph, 0) == 0);
  CHECK(bytes_of(plan, memory_use::graph, 2) == 41 * 8 + world.tag.edges() * 8);
  CHECK(bytes_of(plan, memory_use::graph, 3) == 81 * 8 + world.page.edges() * 4);  // uniform: without weights
  CHECK(bytes_of(plan, memory_use::walks, 2) == 12 * (11 * 4 + 4 + 8));            // 80 walks in 7 rounds
  CHECK(bytes_of(plan, memory_use::links, 4) == 101 * 8 + 100 * 4 + 100 * 4 + 100 * 8 + 30 * 8);
  // W of both sides and its deltas; 1920 pairs: all 130 rows occur, 32 + 2 · 48 floats, an id and a count each; a slot
  // per node; 2 + 5 draws a pair. Each of 15 arrays is rounded up to 256 bytes, b and the batch's sums are small.
  const std::uint64_t arrays =
      2 * 2 * 48 * 32 * 4 + 130 * ((32 + 96) * 4 + 8) + 130 * 4 + 1920 * 7 * 4 + 4 + sizeof(cuda::batch_state);
  CHECK(bytes_of(plan, memory_use::alignment, 4) >= arrays);
  CHECK(bytes_of(plan, memory_use::alignment, 4) < arrays + 15 * 256);
  CHECK(bytes_of(plan, memory_use::blas, 0) == std::uint64_t{32} << 20);
  CHECK(plan.bytes(memory_place::pinned_host) == 0);
  const auto sum = std::accumulate(plan.parts.begin(), plan.parts.end(), std::uint64_t{0},
                                   [](std::uint64_t total, const auto& part) { return total + part.bytes; });
  CHECK(plan.bytes(memory_place::device) == sum);
  for (const auto& part : plan.parts) CHECK(part.bytes > 0);

  world.cfg.optimizer = optimizer_kind::adagrad;
  world.cfg.sampler = negative_sampler::uniform;
  world.joined.clear();
  const problem alone = world.make();
  const cuda::memory_plan other = plan_memory(alone, plenty);
  CHECK(bytes_of(other, memory_use::optimiser, 1) == 2 * 30 * 4);
  CHECK(bytes_of(other, memory_use::samplers, 1) == 30 * 4 + 2 * 30 * 4);
  CHECK(bytes_of(other, memory_use::blas, 0) == 0);
}

TEST_CASE("sequences give way first, then graphs, the largest first; tables never") {
  const small_world world;
  const problem p = world.make();
  constexpr std::uint64_t reserve = 1000;
  const std::uint64_t all = plan_memory(p, plenty).bytes(memory_place::device);
  const std::vector<std::pair<memory_use, std::size_t>> order{
      {memory_use::sequences, 0}, {memory_use::sequences, 1}, {memory_use::graph, 3}, {memory_use::graph, 2}};
  std::uint64_t left = all;
  for (std::size_t moved = 0;; ++moved) {
    CAPTURE(moved);
    const cuda::memory_plan plan = plan_memory(p, left + reserve, reserve);  // it fits exactly
    CHECK(plan.bytes(memory_place::device) == left);
    CHECK(plan.bytes(memory_place::pinned_host) == all - left);
    for (std::size_t i = 0; i < order.size(); ++i) {
      CHECK((plan.place_of(order[i].first, order[i].second) == memory_place::pinned_host) == (i < moved));
    }
    CHECK(plan.place_of(memory_use::tables, 0) == memory_place::device);
    if (moved == order.size()) break;
    const std::uint64_t part = bytes_of(plan, order[moved].first, order[moved].second);
    CHECK(plan_memory(p, left + reserve - 1, reserve).bytes(memory_place::device) == left - part);
    left -= part;
  }
  const std::uint64_t tables = 2 * (100 + 30 + 40 + 80) * 32 * 4;
  CHECK(refusal(p, left + reserve - 1, reserve) ==
        "training needs " + std::to_string(left) + " bytes of device memory, " + std::to_string(tables) +
            " of them for the embedding tables, even with sequences and graphs in host memory; " +
            std::to_string(left + reserve - 1) + " are free, 1000 of these kept in reserve");
  CHECK_FALSE(refusal(p, 10, reserve).empty());  // less free than is to be kept
}

TEST_CASE("a plan in words") {
  const small_world world;
  const problem p = world.make();
  const std::uint64_t all = plan_memory(p, plenty).bytes(memory_place::device);
  const cuda::memory_plan plan = plan_memory(p, all - 1, 0);
  const std::vector<std::string> lines = cuda::describe(plan);
  REQUIRE(lines.size() == plan.parts.size() + 1);
  CHECK(lines.front() == "cuBLAS work space                    32.0 MiB");
  std::size_t moved = 0;
  const std::string host = "in host memory: an epoch reads ";
  for (const std::string& line : lines) {
    const bool sequences = line.find("sequences of item") == 0, moves = line.find(host) != std::string::npos;
    moved += sequences && moves ? 1 : 0;
    CHECK(sequences == moves);
  }
  CHECK(moved == 1);
  CHECK(lines.back().find(" free on the device, ") != std::string::npos);
}

TEST_CASE("sequences of the caller's device memory take none; graphs to be built take it for a while") {
  small_world world;
  world.views[0].sequences_in = memory_kind::device;  // only looked at for their sizes
  const std::vector<std::uint64_t> counts(100, 1);
  world.views[0].counts = counts;
  for (const std::size_t v : {std::size_t{0}, std::size_t{1}}) {
    world.views[v].source = sequence_source::walks;
    world.views[v].walks.kind = walk_kind::uniform;
  }
  const problem p = world.make();
  const std::uint64_t events = world.item.ids.size();  // more than those of shop
  const cuda::memory_plan plan = plan_memory(p, plenty);
  CHECK(bytes_of(plan, memory_use::sequences, 0) == 0);
  CHECK(bytes_of(plan, memory_use::building, 0) == 48 * events);
  CHECK(bytes_of(plan, memory_use::graph, 0) == 101 * 8 + 2 * events * 8);
  CHECK(plan.place_of(memory_use::building, 0) == memory_place::device);
  const std::uint64_t all = plan.bytes(memory_place::device);
  CHECK(plan_memory(p, all - 1, 0).place_of(memory_use::building, 0) == memory_place::pinned_host);
}

TEST_CASE("a ring that outgrows shared memory is planned in device memory") {
  small_world world;
  world.joined.clear();
  world.cfg.dim = 1000;
  world.cfg.side = window_side::both;
  world.cfg.window = 5;
  CHECK(bytes_of(plan_memory(world.make(), plenty), memory_use::off_chip, 0) == 0);
  world.cfg.window = 16;
  const std::uint64_t bytes = bytes_of(plan_memory(world.make(), plenty), memory_use::off_chip, 0);
  CHECK(bytes > std::uint64_t{1024} * 2 * 33 * 1024 * 4);  // 1,024 warps, 33 rows as they are and as they were
  CHECK(bytes < std::uint64_t{1024} * 2 * 40 * 1024 * 4);
}

TEST_CASE("the narrowest padded dim") {
  CHECK(cuda::padded_columns(1) == 32);
  CHECK(cuda::padded_columns(32) == 32);
  CHECK(cuda::padded_columns(33) == 64);
  CHECK(cuda::padded_columns(513) == 1024);
  CHECK(cuda::padded_columns(1024) == 1024);
}
