#include "cuda/runtime/devices.hpp"

#include <cuda_runtime_api.h>

#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {
namespace {

/// Of the current device.
std::uint64_t attribute(cudaDeviceAttr which) {
  int device = 0, value = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return static_cast<std::uint64_t>(value);
}

}  // namespace

device_search find_devices() {
  device_search found;
  const cudaError_t status = cudaGetDeviceCount(&found.count);
  if (status == cudaSuccess) {
    if (found.count == 0) found.reason = "this machine has no CUDA device";
    return found;
  }
  cudaGetLastError();  // a machine without a GPU is no fault that a later call should report
  found.count = 0;
  found.reason = cudaGetErrorString(status);
  return found;
}

std::uint64_t block_shared_bytes() { return attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin); }

device_room find_room() {
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return {free, block_shared_bytes()};
}

std::uint64_t resident_blocks(const void* kernel, unsigned block_threads, std::size_t shared_bytes) {
  const std::uint64_t processors = attribute(cudaDevAttrMultiProcessorCount);
  int blocks = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, static_cast<int>(block_threads), shared_bytes),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  return processors * static_cast<std::uint64_t>(blocks);
}

}  // namespace m2grl::cuda
