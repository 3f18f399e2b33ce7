// Random walks on a GPU: steps per second on a power-law graph, against dependent random reads of as much memory.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "cuda/graph/transition_graph.hpp"
#include "cuda/runtime/handles.hpp"
#include "cuda/walk/device_walker.hpp"
#include "gpu/cases.hpp"
#include "gpu/ceilings.hpp"
#include "gpu/timing.hpp"
#include "m2grl/walks.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "support/walk_cases.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t length = walk_length;
constexpr std::uint32_t sequence_length = 21;  // of those that the graph is made of: 20 transitions
constexpr std::uint64_t seed = 7;

/// The first `count` elements of an array on the device.
template <class T>
std::vector<T> download(const T* from, std::size_t count) {
  std::vector<T> values(count);
  cuda::check(cudaMemcpy(values.data(), from, count * sizeof(T), cudaMemcpyDeviceToHost), "cudaMemcpy from the device");
  return values;
}

/// A walk of each node, epoch by epoch.
class gpu_walks {
 public:
  gpu_walks(const cuda::device_graph& graph, const walk_config& cfg)
      : nodes_(graph.nodes()), cfg_(cfg), walker_(graph, cfg, seed, 0, nodes_, nodes_), task_(1), round_(1) {}

  /// Steps per second of a whole epoch.
  double epoch() {
    const cuda::task_round task{.slice = {0, nodes_}};
    const cuda::round_state round{0, ++epoch_, 0, 0};
    cuda::check(cudaMemcpy(task_.data(), &task, sizeof(task), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaMemcpy(round_.data(), &round, sizeof(round), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
    const double seconds =
        seconds_on(stream_.get(), [&] { walker_.launch(round_.data(), task_.data(), stream_.get()); });
    steps_ = 0;
    for (const std::uint32_t n : download(walker_.walks().lengths, nodes_)) steps_ += n - 1;
    return static_cast<double>(steps_) / seconds;
  }

  /// Of the epoch drawn last, `sample` walks from the front and as many from the end, against the host's: every step is
  /// an edge, only a node without neighbours ends a walk early, and all equal what m2grl::walker draws.
  void validate(const csr_graph& g, std::uint64_t sample) const {
    const kernel::walk_order order(nodes_, seed, 0, epoch_);
    const walker host(g, cfg_, seed, 0);
    sample = std::min(sample, nodes_ / 2);
    for (const std::uint64_t first : {std::uint64_t{0}, nodes_ - sample}) {
      const auto nodes = download(walker_.walks().nodes + first * length, sample * length);
      const auto lengths = download(walker_.walks().lengths + first, sample);
      const auto numbers = download(walker_.walks().numbers + first, sample);
      std::atomic<std::uint64_t> no_edge = 0, early = 0, different = 0;
#pragma omp parallel for schedule(dynamic, 256)
      for (std::uint64_t i = 0; i < sample; ++i) {
        const node_id* walk = nodes.data() + i * length;
        const std::uint32_t n = lengths[i];
        const bool in_range =
            n >= 1 && n <= length && std::all_of(walk, walk + n, [&](node_id u) { return u < nodes_; });
        if (!in_range || numbers[i] != order(first + i)) {
          ++different;
          continue;
        }
        for (std::uint32_t s = 0; s + 1 < n; ++s) no_edge += is_edge(g, walk[s], walk[s + 1]) ? 0 : 1;
        early += n < length && g.degree(walk[n - 1]) > 0 ? 1 : 0;
        node_id expected[length];
        std::uint32_t expected_length = 0;
        host.generate(epoch_, numbers[i], 1, expected, &expected_length);
        different += n == expected_length && std::equal(walk, walk + n, expected) ? 0 : 1;
      }
      check(no_edge == 0, fmt::format("{} steps are not edges", no_edge.load()));
      check(early == 0, fmt::format("{} walks ended at nodes with neighbours", early.load()));
      check(different == 0, fmt::format("{} of {} walks are not the host's", different.load(), sample));
    }
  }
  [[nodiscard]] double steps() const { return static_cast<double>(steps_); }

 private:
  std::uint64_t nodes_;
  walk_config cfg_;
  cuda::stream stream_;
  cuda::device_walker walker_;
  cuda::device_array<cuda::task_round> task_;
  cuda::device_array<cuda::round_state> round_;
  std::uint32_t epoch_ = 0;
  std::uint64_t steps_ = 0;
};

/// Dependent random reads, each of a sector of 32 bytes, in as much memory as a graph takes; a chain for each thread
/// that the device holds.
class random_reads {
 public:
  explicit random_reads(std::uint64_t bytes)
      : count_(static_cast<std::uint32_t>(bytes / (sector_words * sizeof(std::uint32_t)))),
        sectors_(std::size_t{count_} * sector_words),
        sink_(1) {
    check(count_ > 0, "the graph is smaller than a sector");
    launch_fill_chain(sectors_.data(), count_, stream_.get());
  }
  /// Reads per second.
  double rate() {
    std::uint64_t reads = 0;
    const double seconds = seconds_on(
        stream_.get(), [&] { reads = launch_follow_chain(sectors_.data(), count_, 256, sink_.data(), stream_.get()); });
    return static_cast<double>(reads) / seconds;
  }

 private:
  std::uint32_t count_;
  cuda::stream stream_;
  cuda::device_array<std::uint32_t> sectors_, sink_;
};

struct walk_case {
  const char* name;
  walk_config walks;
  double target;  ///< steps per second; 0: none
};

void measure_case(const walk_case& c, const cuda::device_graph& graph, const csr_graph& g, random_reads& ceiling,
                  const options& o, report& r) {
  gpu_walks walks(graph, c.walks);
  (void)walks.epoch();
  walks.validate(g, 50000);
  r.validated(
      fmt::format("{}: 100,000 walks: steps are edges, only dead ends stop, equal to the host's walker", c.name));
  figure f = compare(
      c.name, "steps/s", o.runs, [&] { return walks.epoch(); }, "dependent random reads, 32 bytes each",
      [&] { return ceiling.rate(); });
  f.target_value = c.target;
  f.details = {{"steps", walks.steps()}, {"edges", static_cast<double>(g.edges())}};
  r.add(std::move(f));
}

/// A power-law graph of about `edges` directed entries, weights as often as a transition occurs.
cuda::device_graph make_graph(std::uint32_t nodes, std::uint64_t edges) {
  const std::uint64_t sequences = edges / 2 / (sequence_length - 1);
  const cuda::stream s;
  return cuda::build_transition_graph(power_law_sequences(sequences, sequence_length, nodes), nodes, false, {},
                                      s.get());
}

void body(const options& o, report& r) {
  need_gpu();
  case_list cases(r);
  const cuda::stream s;
  cuda::device_graph graph =
      make_graph(static_cast<std::uint32_t>(10e6 * o.size), static_cast<std::uint64_t>(200e6 * o.size));
  csr_graph g = graph.download(s.get());
  fmt::print("graph: {} nodes, {} edges\n", g.nodes(), g.edges());
  random_reads ceiling(g.offsets.size() * sizeof(std::uint64_t) + g.columns.size() * sizeof(node_id));
  for (const walk_case& c : {walk_case{"uniform", walks_of(walk_kind::uniform), 10e9},
                             {"weighted", walks_of(walk_kind::weighted), 3e9},
                             {"weighted_node2vec_p0.5_q2", walks_of(walk_kind::node2vec, 0.5, 2), 0}}) {
    cases.run(c.name, [&] { measure_case(c, graph, g, ceiling, o, r); });
  }
  make_unit(g);
  graph = cuda::device_graph();  // the memory of one graph at a time
  graph = cuda::device_graph(g);
  for (const walk_case& c : {walk_case{"node2vec_p0.5_q2", walks_of(walk_kind::node2vec, 0.5, 2), 3e9},
                             {"node2vec_p0.25_q4", walks_of(walk_kind::node2vec, 0.25, 4), 0}}) {
    cases.run(c.name, [&] { measure_case(c, graph, g, ceiling, o, r); });
  }
  cases.finish();
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "gpu_walks", body); }
