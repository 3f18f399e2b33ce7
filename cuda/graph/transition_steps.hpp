#pragma once
/// The launches that build a transition graph, one after another on a stream.

#include <cuda_runtime_api.h>

#include "cuda/graph/transition_body.hpp"
#include "cuda/runtime/memory.hpp"

namespace m2grl::cuda {

/// starts[offsets[r]] = 1 for every sequence r that does not begin at the end of all events.
void mark_starts(const std::uint64_t* offsets, std::uint64_t sequences, std::uint8_t* starts, std::uint64_t events,
                 cudaStream_t stream);

void write_transitions(const event_run& run, edge_key key, bool directed, const transition_slots& out,
                       cudaStream_t stream);

/// Two arrays of one size; a sort leaves its result in `front`, `back` is scratch.
template <class T>
struct array_pair {
  device_array<T> front, back;

  explicit array_pair(std::size_t size) : front(size), back(size) {}
};

/// Sorts by the lowest `bits` bits, equal keys in their order; `weights` go along unless they are empty.
/// Throws out_of_memory.
void sort_transitions(array_pair<std::uint64_t>& keys, array_pair<std::uint32_t>& weights, int bits,
                      cudaStream_t stream);

/// Distinct keys of keys[0 … size) to `distinct`, the sums of their weights (null: 1 each) to `sums`, both [size].
/// Waits, and returns the number of distinct keys. Throws out_of_memory.
[[nodiscard]] std::uint64_t merge_transitions(const std::uint64_t* keys, const std::uint32_t* weights,
                                              std::uint64_t size, std::uint64_t* distinct, std::uint64_t* sums,
                                              cudaStream_t stream);

/// sums[i] = sums[0] + … + sums[i]. Throws out_of_memory.
void accumulate(std::uint64_t* sums, std::uint64_t size, cudaStream_t stream);

/// What finish_rows() writes: a CSR graph as csr_graph describes it.
struct csr_arrays {
  std::uint64_t* offsets = nullptr;     ///< [nodes + 1]
  std::uint32_t* columns = nullptr;     ///< [edges]
  std::uint32_t* cumulative = nullptr;  ///< [edges]
};
/// `first_overflow` [1] becomes the smallest row whose weights sum to 2^32 or more, if there is one below it.
void finish_rows(const sorted_edges& sorted, edge_key key, std::uint64_t nodes, const csr_arrays& out,
                 unsigned long long* first_overflow, cudaStream_t stream);

}  // namespace m2grl::cuda
