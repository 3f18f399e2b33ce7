/// The walk kernel's body, thread by thread on the host, against m2grl::walker: the same nodes, bit for bit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "cuda/walk/walk_body.hpp"
#include "m2grl/walks.hpp"
#include "random_graphs.hpp"

using namespace m2grl;

namespace {

constexpr std::uint32_t untouched = 0xABCDABCDu;
constexpr std::uint64_t seed = 21;
constexpr std::uint32_t task_number = 2;

struct drawn_walks {
  std::vector<std::uint32_t> nodes, lengths;
  std::vector<std::uint64_t> numbers;
};

/// All threads of a grid, the last one first; room for one walk more than the slice has.
drawn_walks run_kernel(const cuda::walk_task& task, std::uint32_t epoch, std::uint64_t first, std::uint64_t count,
                       std::uint64_t threads) {
  drawn_walks out{std::vector<std::uint32_t>((count + 1) * task.length, untouched),
                  std::vector<std::uint32_t>(count + 1, untouched), std::vector<std::uint64_t>(count + 1, untouched)};
  const cuda::item_range slice{first, count};
  const cuda::walk_buffers buffers{out.nodes.data(), out.lengths.data(), out.numbers.data()};
  for (std::uint64_t thread = threads; thread-- > 0;) {
    if (task.options.second_order) {
      cuda::draw_walks<true>(task, epoch, slice, buffers, thread, threads);
    } else {
      cuda::draw_walks<false>(task, epoch, slice, buffers, thread, threads);
    }
  }
  return out;
}

/// Number of an item's walk, from the rule: whole runs of 32 in random order, then the rest.
std::uint64_t expected_number(std::uint64_t item, std::uint64_t items, std::uint32_t epoch) {
  const std::uint64_t runs = items / 32;
  if (item / 32 >= runs) return item;
  return kernel::permutation(runs, seed, task_number, epoch)(item / 32) * 32 + item % 32;
}

cuda::walk_task make_task(const csr_graph& g, const walk_config& cfg) {
  const kernel::csr_ref ref{g.offsets.data(), g.columns.data(),
                            cfg.kind == walk_kind::uniform ? nullptr : g.cumulative.data(),
                            static_cast<std::uint32_t>(g.nodes())};
  return {ref, make_walk_options(cfg, seed, task_number), g.nodes() * cfg.per_node, cfg.length};
}

void check_slice(const csr_graph& g, const walk_config& cfg, std::uint32_t epoch, std::uint64_t first,
                 std::uint64_t count, std::uint64_t threads) {
  CAPTURE(static_cast<int>(cfg.kind), cfg.p, cfg.q, cfg.length, epoch, first, count, threads);
  const cuda::walk_task task = make_task(g, cfg);
  const walker walks(g, cfg, seed, task_number);
  const drawn_walks out = run_kernel(task, epoch, first, count, threads);
  std::vector<node_id> expected(cfg.length);
  for (std::uint64_t i = 0; i < count; ++i) {
    CAPTURE(i);
    REQUIRE(out.numbers[i] == expected_number(first + i, task.items, epoch));
    std::uint32_t length = 0;
    std::fill(expected.begin(), expected.end(), untouched);
    walks.generate(epoch, out.numbers[i], 1, expected.data(), &length);
    REQUIRE(out.lengths[i] == length);
    const auto row = out.nodes.begin() + static_cast<std::ptrdiff_t>(i * cfg.length);
    REQUIRE(std::vector<node_id>(row, row + cfg.length) == expected);  // beyond its length a walk writes nothing
  }
  REQUIRE(out.numbers[count] == untouched);
  REQUIRE(out.lengths[count] == untouched);
  REQUIRE(std::all_of(out.nodes.end() - cfg.length, out.nodes.end(), [](auto id) { return id == untouched; }));
}

}  // namespace

TEST_CASE("the kernel's walks are the walker's: kinds, dead ends, slices") {
  for (const bool weighted : {true, false}) {
    for (const bool directed : {true, false}) {
      const csr_graph g = support::random_graph(101, weighted, directed, 7);
      bool dead_end = false;
      for (node_id u = 0; u < g.nodes(); ++u) dead_end = dead_end || g.degree(u) == 0;
      REQUIRE(dead_end);
      for (const walk_config& cfg : support::walk_kinds(13)) {  // 303 walks: nine whole runs and a rest of 15
        check_slice(g, cfg, 0, 0, 303, 64);
        check_slice(g, cfg, 3, 45, 70, 7);   // from within a run to within another
        check_slice(g, cfg, 1, 280, 23, 1);  // into the rest
        check_slice(g, cfg, 1, 300, 3, 256);
        check_slice(g, cfg, 2, 64, 0, 32);
      }
    }
  }
}

TEST_CASE("lengths around a block of draws, and an epoch shorter than a run") {
  const csr_graph g = support::random_graph(10, true, false, 3);
  for (const std::uint32_t length : {1u, 2u, 3u, 4u, 5u, 8u, 9u, 40u}) {
    for (const walk_config& cfg : support::walk_kinds(length)) check_slice(g, cfg, 4, 0, 30, 5);
  }
}

TEST_CASE("an epoch's order takes every walk once, run by run") {
  for (const std::uint64_t items : {1u, 31u, 32u, 33u, 64u, 1000u, 4096u}) {
    const kernel::walk_order order(items, seed, task_number, 5);
    std::vector<bool> seen(items, false);
    for (std::uint64_t i = 0; i < items; ++i) {
      const std::uint64_t number = order(i);
      REQUIRE(number < items);
      REQUIRE_FALSE(seen[number]);
      seen[number] = true;
      REQUIRE(kernel::walk_order::left_in_run(i) == 32 - i % 32);
      if (i % 32 != 0) REQUIRE(number == order(i - 1) + 1);
    }
  }
}

TEST_CASE("a row of unit weights needs no search, and one of others finds the same edge by it") {
  const csr_graph g = support::random_graph(60, false, false, 9);
  const kernel::csr_ref ref{g.offsets.data(), g.columns.data(), g.cumulative.data(), 60};
  kernel::walk_options o;
  for (node_id u = 0; u < 60; ++u) {
    const std::uint64_t begin = g.offsets[u], end = g.offsets[u + 1];
    if (begin == end) continue;
    for (const std::uint32_t draw : {0u, 1u, 0x3FFFFFFFu, 0x80000000u, 0xDEADBEEFu, 0xFFFFFFFFu}) {
      const std::uint32_t drawn = kernel::mulhi(draw, static_cast<std::uint32_t>(end - begin));
      REQUIRE(kernel::draw_edge(ref, o, u, draw) == kernel::find_edge(ref, begin, end, drawn));
    }
  }
}
