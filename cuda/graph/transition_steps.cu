#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>
#include <cuda/std/functional>

#include <algorithm>
#include <utility>

#include "cuda/graph/transition_steps.hpp"
#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {
namespace {

constexpr unsigned block_threads = 256;
constexpr std::uint64_t most_blocks = 1u << 20;

unsigned blocks_for(std::uint64_t items) {
  return static_cast<unsigned>(std::clamp<std::uint64_t>((items + block_threads - 1) / block_threads, 1, most_blocks));
}

__device__ std::uint64_t thread_number() { return std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ std::uint64_t thread_count() { return std::uint64_t{gridDim.x} * blockDim.x; }

__global__ void mark_starts_kernel(const std::uint64_t* offsets, std::uint64_t sequences, std::uint8_t* starts,
                                   std::uint64_t events) {
  for (std::uint64_t r = thread_number(); r < sequences; r += thread_count()) {
    if (offsets[r] < events) starts[offsets[r]] = 1;
  }
}

__global__ void write_transitions_kernel(const event_run run, edge_key key, bool directed, transition_slots out) {
  for (std::uint64_t i = thread_number(); i < run.events; i += thread_count()) {
    write_transition(run, key, directed, i, out);
  }
}

__global__ void row_offsets_kernel(const sorted_edges sorted, edge_key key, std::uint64_t nodes,
                                   std::uint64_t* offsets) {
  for (std::uint64_t u = thread_number(); u <= nodes; u += thread_count()) offsets[u] = row_begin(sorted, key, u);
}

__global__ void finish_edges_kernel(const sorted_edges sorted, edge_key key, csr_arrays out,
                                    unsigned long long* first_overflow) {
  for (std::uint64_t e = thread_number(); e < sorted.edges; e += thread_count()) {
    if (!finish_edge(sorted, key, out.offsets, e, out.columns, out.cumulative)) {
      atomicMin(first_overflow, static_cast<unsigned long long>(key.from(sorted.keys[e])));
    }
  }
}

/// CUB's two calls: how much scratch memory, then the work. The scratch is freed once the work is done.
template <class Call>
void run_cub(const char* name, Call call) {
  std::size_t bytes = 0;
  check(call(nullptr, bytes), name);
  device_array<unsigned char> scratch(bytes);
  check(call(scratch.data(), bytes), name);
}

struct weight_at {
  const std::uint32_t* weights;
  __host__ __device__ std::uint64_t operator()(std::uint64_t i) const { return weights == nullptr ? 1 : weights[i]; }
};

}  // namespace

void mark_starts(const std::uint64_t* offsets, std::uint64_t sequences, std::uint8_t* starts, std::uint64_t events,
                 cudaStream_t stream) {
  mark_starts_kernel<<<blocks_for(sequences), block_threads, 0, stream>>>(offsets, sequences, starts, events);
  check_launch("mark_starts_kernel");
}

void write_transitions(const event_run& run, edge_key key, bool directed, const transition_slots& out,
                       cudaStream_t stream) {
  write_transitions_kernel<<<blocks_for(run.events), block_threads, 0, stream>>>(run, key, directed, out);
  check_launch("write_transitions_kernel");
}

void sort_transitions(array_pair<std::uint64_t>& keys, array_pair<std::uint32_t>& weights, int bits,
                      cudaStream_t stream) {
  const std::uint64_t size = keys.front.size();
  cub::DoubleBuffer<std::uint64_t> key_buffer(keys.front.data(), keys.back.data());
  cub::DoubleBuffer<std::uint32_t> weight_buffer(weights.front.data(), weights.back.data());
  if (weights.front.empty()) {
    run_cub("cub::DeviceRadixSort::SortKeys", [&](void* scratch, std::size_t& bytes) {
      return cub::DeviceRadixSort::SortKeys(scratch, bytes, key_buffer, size, 0, bits, stream);
    });
  } else {
    run_cub("cub::DeviceRadixSort::SortPairs", [&](void* scratch, std::size_t& bytes) {
      return cub::DeviceRadixSort::SortPairs(scratch, bytes, key_buffer, weight_buffer, size, 0, bits, stream);
    });
  }
  if (key_buffer.selector == 1) std::swap(keys.front, keys.back);
  if (weight_buffer.selector == 1) std::swap(weights.front, weights.back);
}

std::uint64_t merge_transitions(const std::uint64_t* keys, const std::uint32_t* weights, std::uint64_t size,
                                std::uint64_t* distinct, std::uint64_t* sums, cudaStream_t stream) {
  const auto weight =
      thrust::make_transform_iterator(thrust::make_counting_iterator(std::uint64_t{0}), weight_at{weights});
  device_array<std::uint64_t> runs(1);
  run_cub("cub::DeviceReduce::ReduceByKey", [&](void* scratch, std::size_t& bytes) {
    return cub::DeviceReduce::ReduceByKey(scratch, bytes, keys, distinct, weight, sums, runs.data(),
                                          ::cuda::std::plus<>(), size, stream);
  });
  std::uint64_t count = 0;
  runs.download({&count, 1}, stream);
  return count;
}

void accumulate(std::uint64_t* sums, std::uint64_t size, cudaStream_t stream) {
  run_cub("cub::DeviceScan::InclusiveSum", [&](void* scratch, std::size_t& bytes) {
    return cub::DeviceScan::InclusiveSum(scratch, bytes, sums, sums, size, stream);
  });
}

void finish_rows(const sorted_edges& sorted, edge_key key, std::uint64_t nodes, const csr_arrays& out,
                 unsigned long long* first_overflow, cudaStream_t stream) {
  row_offsets_kernel<<<blocks_for(nodes + 1), block_threads, 0, stream>>>(sorted, key, nodes, out.offsets);
  check_launch("row_offsets_kernel");
  finish_edges_kernel<<<blocks_for(sorted.edges), block_threads, 0, stream>>>(sorted, key, out, first_overflow);
  check_launch("finish_edges_kernel");
}

}  // namespace m2grl::cuda
