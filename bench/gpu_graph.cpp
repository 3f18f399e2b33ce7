// Sequences in device memory to a CSR graph in device memory: seconds, against CUB's bare sort of the same keys.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "cuda/graph/transition_graph.hpp"
#include "cuda/graph/transition_steps.hpp"
#include "cuda/runtime/handles.hpp"
#include "gpu/cases.hpp"
#include "gpu/radix_sort.hpp"
#include "gpu/timing.hpp"
#include "m2grl/graph.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t length = 21;  // 20 transitions a sequence

/// A copy of sequences in device memory.
class uploaded {
 public:
  explicit uploaded(const ragged& s)
      : offsets_(std::span<const std::uint64_t>(s.offsets)), ids_(std::span<const std::uint32_t>(s.ids)) {}
  /// Its spans are not to be read on the host.
  [[nodiscard]] ragged_ref ref() const { return {{offsets_.data(), offsets_.size()}, {ids_.data(), ids_.size()}}; }

 private:
  cuda::device_array<std::uint64_t> offsets_;
  cuda::device_array<std::uint32_t> ids_;
};

cuda::device_graph build(const uploaded& there, std::uint32_t nodes, bool directed, cudaStream_t stream) {
  return cuda::build_transition_graph(there.ref(), nodes, directed, {}, stream, memory_kind::device);
}

/// Transitions between neighbours that differ.
std::uint64_t count_transitions(const ragged& s) {
  std::uint64_t count = 0;
#pragma omp parallel for schedule(static) reduction(+ : count)
  for (std::size_t row = 0; row < s.size(); ++row) {
    const std::span<const node_id> ids = s[row];
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) count += ids[i] != ids[i + 1] ? 1 : 0;
  }
  return count;
}

/// A small graph against the host's, entry for entry.
void validate_small(std::uint32_t nodes, bool directed, cudaStream_t stream) {
  const ragged s = random_sequences(nodes / 2 + 1, length, nodes, skew::zipf);
  const csr_graph expected = build_transition_graph(s, nodes, directed);
  const csr_graph got = build(uploaded(s), nodes, directed, stream).download(stream);
  check(got.offsets == expected.offsets, "the small graph's offsets are not the host's");
  check(got.columns == expected.columns, "the small graph's columns are not the host's");
  check(got.cumulative == expected.cumulative, "the small graph's prefix sums are not the host's");
}

/// Offsets and columns ascend, and the weights of all rows sum to the number of transitions.
void validate_large(const csr_graph& g, std::uint32_t nodes, std::uint64_t transitions) {
  check(g.offsets.size() == std::size_t{nodes} + 1 && g.offsets.front() == 0 && g.offsets.back() == g.columns.size(),
        "the offsets do not span the edges");
  check(std::is_sorted(g.offsets.begin(), g.offsets.end()), "the offsets decrease");
  std::uint64_t sum = 0;
  std::atomic<std::uint64_t> bad = 0;
#pragma omp parallel for schedule(dynamic, 4096) reduction(+ : sum)
  for (std::size_t u = 0; u < nodes; ++u) {
    for (std::uint64_t e = g.offsets[u]; e < g.offsets[u + 1]; ++e) {
      const bool first = e == g.offsets[u];
      const bool ascends = first || (g.columns[e - 1] < g.columns[e] && g.cumulative[e - 1] < g.cumulative[e]);
      if (!ascends || g.columns[e] >= nodes || g.columns[e] == u || g.cumulative[e] == 0) ++bad;
    }
    if (g.offsets[u + 1] > g.offsets[u]) sum += g.cumulative[g.offsets[u + 1] - 1];
  }
  check(bad == 0, fmt::format("{} edges are out of order, out of range, loops or without weight", bad.load()));
  check(sum == transitions, fmt::format("the weights sum to {}, not to {}", sum, transitions));
}

/// The keys that building the same graph sorts.
class same_keys {
 public:
  same_keys(const uploaded& there, std::uint32_t nodes, bool directed)
      : key_(nodes), keys_(there.ref().ids.size() * (directed ? 1 : 2)), sort_(keys_.size(), key_.bits()) {
    const ragged_ref s = there.ref();
    const std::uint64_t events = s.ids.size();
    cuda::device_array<std::uint8_t> starts(events);
    starts.zero(stream_.get());
    cuda::mark_starts(s.offsets.data(), s.size(), starts.data(), events, stream_.get());
    cuda::write_transitions({s.ids.data(), starts.data(), nullptr, events}, key_, directed, {keys_.data(), nullptr},
                            stream_.get());
    stream_.wait();
  }
  double sort_seconds() {
    cuda::check(cudaMemcpyAsync(sort_.keys(), keys_.data(), keys_.bytes(), cudaMemcpyDeviceToDevice, stream_.get()),
                "cudaMemcpyAsync");
    return seconds_on(stream_.get(), [&] { sort_.sort(stream_.get()); });
  }
  /// Of the front of the last sort.
  void validate() const {
    std::vector<std::uint64_t> some(std::min<std::size_t>(keys_.size(), 1000000));
    cuda::check(cudaMemcpy(some.data(), sort_.sorted(), some.size() * sizeof(std::uint64_t), cudaMemcpyDeviceToHost),
                "cudaMemcpy");
    check(std::is_sorted(some.begin(), some.end()), "the bare sort did not sort");
  }

 private:
  graph_detail::edge_key key_;
  cuda::stream stream_;
  cuda::device_array<std::uint64_t> keys_;
  bare_sort sort_;
};

void measure_case(const std::string& name, const ragged& s, std::uint32_t nodes, bool directed, const options& o,
                  report& r) {
  const uploaded there(s);
  const cuda::stream stream;
  const std::uint64_t transitions = count_transitions(s);
  cuda::device_graph made = build(there, nodes, directed, stream.get());
  validate_large(made.download(stream.get()), nodes, transitions * (directed ? 1 : 2));
  r.validated(name + ": offsets and columns ascend, the weights sum to the number of transitions");
  const std::uint64_t edges = made.edges();
  made = cuda::device_graph();
  same_keys keys(there, nodes, directed);
  figure f = compare(
      name, "s", o.runs, [&] { return seconds_of([&] { made = build(there, nodes, directed, stream.get()); }); },
      "CUB's bare sort of the same keys",
      [&] {
        made = cuda::device_graph();  // the memory of one graph at a time
        return keys.sort_seconds();
      });
  keys.validate();
  f.at_most = true;
  f.target_value = 0.25;
  f.details = {{"transitions", static_cast<double>(transitions)},
               {"edges", static_cast<double>(edges)},
               {"transitions_per_s", static_cast<double>(transitions) / f.value}};
  r.add(std::move(f));
}

void body(const options& o, report& r) {
  need_gpu();
  case_list cases(r);
  {
    const cuda::stream stream;
    for (const bool directed : {false, true}) validate_small(100000, directed, stream.get());
    r.validated("1 M transitions, directed and not: offsets, columns and prefix sums equal to the host's");
  }
  const auto nodes = static_cast<std::uint32_t>(10e6 * o.size);
  const auto sequences = static_cast<std::uint64_t>(10e6 * o.size);
  for (const skew ids : {skew::uniform, skew::zipf}) {
    const ragged s = random_sequences(sequences, length, nodes, ids);
    for (const bool directed : {false, true}) {
      const std::string name = fmt::format("{}_{}_200M_transitions", ids == skew::uniform ? "uniform" : "zipf",
                                           directed ? "directed" : "undirected");
      cases.run(name, [&] { measure_case(name, s, nodes, directed, o, r); });
    }
  }
  cases.finish();
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "gpu_graph", body); }
