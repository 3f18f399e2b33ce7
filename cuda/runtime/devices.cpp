#include "cuda/runtime/devices.hpp"

#include <cuda_runtime_api.h>

#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {

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

device_room find_room() {
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  int device = 0, shared = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "cudaDeviceGetAttribute");
  return {free, static_cast<std::uint64_t>(shared)};
}

std::uint64_t resident_blocks(const void* kernel, unsigned block_threads, std::size_t shared_bytes) {
  int device = 0, processors = 0, blocks = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, static_cast<int>(block_threads), shared_bytes),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  return static_cast<std::uint64_t>(processors) * static_cast<std::uint64_t>(blocks);
}

}  // namespace m2grl::cuda
