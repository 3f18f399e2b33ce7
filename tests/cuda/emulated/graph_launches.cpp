/// Doubles of the launches for sequences, walks and transition graphs: the kernels' own bodies, and what CUB does by
/// the standard library.
#include <algorithm>
#include <numeric>
#include <vector>

#include "cuda/graph/transition_steps.hpp"
#include "cuda/inputs/device_sequences.hpp"
#include "cuda/runtime/check.hpp"
#include "cuda/walk/walk.hpp"
#include "device.hpp"

namespace m2grl::cuda {
namespace {

/// Any address will do; one for each kernel.
template <bool SecondOrder>
void draw_grid(const walk_task& task, const round_state* round, const task_round* state, const walk_buffers& out,
               unsigned grid) {
  emulated::need_array(round, 1, "a round");
  emulated::need_array(state, 1, "a task");
  emulated::need_array(task.graph.offsets, std::size_t{task.graph.nodes} + 1, "a graph's offsets");
  emulated::need_array(out.lengths, state->slice.count, "walks' lengths");
  emulated::need_array(out.numbers, state->slice.count, "walks' numbers");
  emulated::need_array(out.nodes, state->slice.count * task.length, "walks");
  const std::uint64_t threads = std::uint64_t{grid} * walk_threads;
  for (std::uint64_t t = threads; t-- > 0;) {
    draw_walks<SecondOrder>(task, round->epoch, state->slice, out, t, threads);
  }
}

void launch(const char* name, cudaStream_t stream, emulated::work what) {
  emulated::launch(name, {}, stream, std::move(what));
  check_launch(name);
}

}  // namespace

unsigned walk_grid(bool second_order, std::uint64_t capacity) {
  return walk_grid_of(
      second_order ? reinterpret_cast<const void*>(&draw_grid<true>) : reinterpret_cast<const void*>(&draw_grid<false>),
      capacity);
}

void launch_walks(const walk_task& task, const round_state* round, const task_round* task_state,
                  const walk_buffers& out, unsigned grid, cudaStream_t stream) {
  emulated::launch("walk_kernel", {grid, walk_threads}, stream, [=] {
    task.options.second_order ? draw_grid<true>(task, round, task_state, out, grid)
                              : draw_grid<false>(task, round, task_state, out, grid);
  });
  check_launch("walk_kernel");
}

void mark_starts(const std::uint64_t* offsets, std::uint64_t sequences, std::uint8_t* starts, std::uint64_t events,
                 cudaStream_t stream) {
  launch("mark_starts_kernel", stream, [=] {
    emulated::need_array(offsets, sequences + 1, "offsets");
    for (std::uint64_t r = 0; r < sequences; ++r) {
      if (offsets[r] < events) starts[offsets[r]] = 1;
    }
  });
}

void write_transitions(const event_run& run, edge_key key, bool directed, const transition_slots& out,
                       cudaStream_t stream) {
  launch("write_transitions_kernel", stream, [=] {
    for (std::uint64_t i = run.events; i-- > 0;) write_transition(run, key, directed, i, out);
  });
}

void sort_transitions(array_pair<std::uint64_t>& keys, array_pair<std::uint32_t>& weights, int bits,
                      cudaStream_t stream) {
  const std::uint64_t size = keys.front.size(), mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  const bool weighted = !weights.front.empty();
  launch("cub::DeviceRadixSort", stream,
         [=, from = keys.front.data(), to = keys.back.data(), weights_from = weights.front.data(),
          weights_to = weights.back.data()] {
           std::vector<std::uint64_t> order(size);
           std::iota(order.begin(), order.end(), 0);
           std::stable_sort(order.begin(), order.end(),
                            [&](auto a, auto b) { return (from[a] & mask) < (from[b] & mask); });
           for (std::uint64_t i = 0; i < size; ++i) {
             to[i] = from[order[i]];
             if (weighted) weights_to[i] = weights_from[order[i]];
           }
         });
  std::swap(keys.front, keys.back);
  if (weighted) std::swap(weights.front, weights.back);
}

std::uint64_t merge_transitions(const std::uint64_t* keys, const std::uint32_t* weights, std::uint64_t size,
                                std::uint64_t* distinct, std::uint64_t* sums, cudaStream_t stream) {
  device_array<std::uint64_t> runs(1);
  launch("cub::DeviceReduce::ReduceByKey", stream, [=, count = runs.data()] {
    *count = 0;
    for (std::uint64_t i = 0; i < size; ++i) {
      if (i == 0 || keys[i] != keys[i - 1]) {
        distinct[*count] = keys[i];
        sums[(*count)++] = 0;
      }
      sums[*count - 1] += weights == nullptr ? 1 : weights[i];
    }
  });
  std::uint64_t found = 0;
  runs.download({&found, 1}, stream);
  return found;
}

void accumulate(std::uint64_t* sums, std::uint64_t size, cudaStream_t stream) {
  launch("cub::DeviceScan::InclusiveSum", stream, [=] { std::partial_sum(sums, sums + size, sums); });
}

void finish_rows(const sorted_edges& sorted, edge_key key, std::uint64_t nodes, const csr_arrays& out,
                 unsigned long long* first_overflow, cudaStream_t stream) {
  launch("row_offsets_kernel", stream, [=] {
    for (std::uint64_t u = 0; u <= nodes; ++u) out.offsets[u] = row_begin(sorted, key, u);
  });
  launch("finish_edges_kernel", stream, [=] {
    for (std::uint64_t e = 0; e < sorted.edges; ++e) {
      if (finish_edge(sorted, key, out.offsets, e, out.columns, out.cumulative)) continue;
      *first_overflow = std::min<unsigned long long>(*first_overflow, key.from(sorted.keys[e]));
    }
  });
}

void launch_sequence_check(const unchecked_sequences& s, sequence_faults* faults, unsigned long long* counts,
                           cudaStream_t stream) {
  launch("the check of sequences in device memory", stream, [=] {
    emulated::need_array(s.offsets, s.rows + 1, "offsets");
    emulated::need_array(s.ids, s.positions, "ids");
    emulated::need_array(counts, s.nodes, "counts");
    for (std::uint64_t r = s.rows; r-- > 0;) check_row(s, r, faults);
    for (std::uint64_t i = s.positions; i-- > 0;) count_position(s, i, faults, counts);
  });
}

}  // namespace m2grl::cuda
