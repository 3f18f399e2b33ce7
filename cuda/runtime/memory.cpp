#include "cuda/runtime/memory.hpp"

#include <fmt/format.h>

#include "m2grl/error.hpp"

namespace m2grl::cuda {

std::unique_ptr<void, device_release> allocate_device(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is reported here, and must not surface again at a later call
    std::size_t free = 0, total = 0;
    if (cudaMemGetInfo(&free, &total) != cudaSuccess) free = 0;
    throw out_of_memory(fmt::format("{} bytes of device memory asked for, {} are free", bytes, free));
  }
  check(status, "cudaMalloc");
  return std::unique_ptr<void, device_release>(memory);
}

std::unique_ptr<void, pinned_release> allocate_pinned(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t status = cudaMallocHost(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    throw out_of_memory(fmt::format("{} bytes of page-locked host memory asked for, the system refused", bytes));
  }
  check(status, "cudaMallocHost");
  return std::unique_ptr<void, pinned_release>(memory);
}

}  // namespace m2grl::cuda
