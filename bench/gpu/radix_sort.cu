#include "gpu/radix_sort.hpp"

#include <cub/device/device_radix_sort.cuh>

#include "cuda/runtime/check.hpp"

namespace m2grl::bench {
namespace {

/// Without scratch: says how much of it a sort needs.
std::size_t sort_keys(void* scratch, std::size_t bytes, cub::DoubleBuffer<std::uint64_t>& keys, std::uint64_t size,
                      int bits, cudaStream_t stream) {
  cuda::check(cub::DeviceRadixSort::SortKeys(scratch, bytes, keys, size, 0, bits, stream),
              "cub::DeviceRadixSort::SortKeys");
  return bytes;
}

}  // namespace

bare_sort::bare_sort(std::uint64_t size, int bits) : bits_(bits), front_(size), back_(size) {
  cub::DoubleBuffer<std::uint64_t> keys(front_.data(), back_.data());
  scratch_ = cuda::device_array<unsigned char>(sort_keys(nullptr, 0, keys, size, bits, nullptr));
}

void bare_sort::sort(cudaStream_t stream) {
  cub::DoubleBuffer<std::uint64_t> keys(front_.data(), back_.data());
  sort_keys(scratch_.data(), scratch_.bytes(), keys, front_.size(), bits_, stream);
  sorted_ = keys.Current();
}

}  // namespace m2grl::bench
