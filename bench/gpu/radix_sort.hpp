#pragma once
/// CUB's sort of 64-bit keys, and nothing else: the ceiling of building a graph.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/runtime/memory.hpp"

namespace m2grl::bench {

/// Sorts as many keys again and again in memory that it owns: two buffers and CUB's scratch.
class bare_sort {
 public:
  /// For `size` keys, by their lowest `bits` bits.
  bare_sort(std::uint64_t size, int bits);

  /// [size] to be filled before each sort().
  [[nodiscard]] std::uint64_t* keys() noexcept { return front_.data(); }
  /// Enqueues the sort.
  void sort(cudaStream_t stream);
  /// [size] as the last sort() left them.
  [[nodiscard]] const std::uint64_t* sorted() const noexcept { return sorted_; }

 private:
  int bits_;
  cuda::device_array<std::uint64_t> front_, back_;
  cuda::device_array<unsigned char> scratch_;
  const std::uint64_t* sorted_ = nullptr;
};

}  // namespace m2grl::bench
