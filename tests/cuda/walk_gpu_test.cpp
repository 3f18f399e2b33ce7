/// Walks drawn on the device against m2grl::walker: the same nodes, bit for bit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "cuda/runtime/handles.hpp"
#include "cuda/walk/device_walker.hpp"
#include "random_graphs.hpp"

using namespace m2grl;

namespace {

constexpr std::uint64_t seed = 21;
constexpr std::uint32_t task_number = 2;

struct slice {
  std::uint32_t epoch;
  std::uint64_t first, count;
};

template <class T>
std::vector<T> fetch(const T* from, std::size_t size) {
  std::vector<T> values(size);
  cuda::check(cudaMemcpy(values.data(), from, size * sizeof(T), cudaMemcpyDeviceToHost), "cudaMemcpy");
  return values;
}

void check_slice(const csr_graph& g, const walk_config& cfg, const cuda::device_walker& drawn, const slice& s,
                 const cuda::stream& stream) {
  CAPTURE(static_cast<int>(cfg.kind), cfg.p, cfg.q, s.epoch, s.first, s.count);
  cuda::round_state round;
  round.epoch = s.epoch;
  cuda::task_round task;
  task.slice = {s.first, s.count};
  const cuda::device_array<cuda::round_state> device_round(std::span<const cuda::round_state>(&round, 1));
  const cuda::device_array<cuda::task_round> device_task(std::span<const cuda::task_round>(&task, 1));
  drawn.launch(device_round.data(), device_task.data(), stream.get());
  stream.wait();
  const auto nodes = fetch(drawn.walks().nodes, s.count * cfg.length);
  const auto lengths = fetch(drawn.walks().lengths, s.count);
  const auto numbers = fetch(drawn.walks().numbers, s.count);
  const walker walks(g, cfg, seed, task_number);
  const kernel::walk_order order(g.nodes() * cfg.per_node, seed, task_number, s.epoch);
  std::vector<node_id> expected(cfg.length);
  std::size_t wrong = 0;
  for (std::uint64_t i = 0; i < s.count; ++i) {
    std::uint32_t length = 0;
    walks.generate(s.epoch, order(s.first + i), 1, expected.data(), &length);
    const bool same = numbers[i] == order(s.first + i) && lengths[i] == length &&
                      std::equal(expected.begin(), expected.begin() + length,
                                 nodes.begin() + static_cast<std::ptrdiff_t>(i * cfg.length));
    wrong += same ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("the device's walks are the walker's: kinds, dead ends, slices, both kinds of memory") {
  const cuda::stream stream;
  for (const bool weighted : {true, false}) {
    for (const bool directed : {true, false}) {
      const csr_graph g = support::random_graph(20011, weighted, directed, 7);
      for (const cuda::memory_place place : {cuda::memory_place::device, cuda::memory_place::pinned_host}) {
        for (const walk_config& cfg : support::walk_kinds(23)) {
          const std::uint64_t items = g.nodes() * cfg.per_node;
          const cuda::device_graph graph(g, place, cfg.kind != walk_kind::uniform);
          const cuda::device_walker drawn(graph, cfg, seed, task_number, items, 50000);
          check_slice(g, cfg, drawn, {0, 0, 50000}, stream);
          check_slice(g, cfg, drawn, {3, 45, 7001}, stream);  // from within a run to within another
          check_slice(g, cfg, drawn, {1, items - 40, 40}, stream);
          check_slice(g, cfg, drawn, {2, 64, 0}, stream);
        }
      }
    }
  }
}
