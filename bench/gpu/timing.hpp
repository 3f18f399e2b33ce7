#pragma once
/// Seconds of enqueued work, by the device's own clock.

#include <cuda_runtime_api.h>

#include <functional>

#include "cuda/runtime/handles.hpp"

namespace m2grl::bench {

/// Seconds that the work enqueued by f takes on the stream, everything before it left out.
[[nodiscard]] inline double seconds_on(cudaStream_t stream, const std::function<void()>& f) {
  const auto timed_event = [] {
    cudaEvent_t created = nullptr;
    cuda::check(cudaEventCreate(&created), "cudaEventCreate");
    return cuda::unique_handle<cudaEvent_t, cudaEventDestroy>(created);
  };
  const auto start = timed_event(), end = timed_event();
  cuda::check(cudaEventRecord(start.get(), stream), "cudaEventRecord");
  f();
  cuda::check(cudaEventRecord(end.get(), stream), "cudaEventRecord");
  cuda::check(cudaEventSynchronize(end.get()), "cudaEventSynchronize");
  float milliseconds = 0;
  cuda::check(cudaEventElapsedTime(&milliseconds, start.get(), end.get()), "cudaEventElapsedTime");
  return static_cast<double>(milliseconds) / 1000;
}

}  // namespace m2grl::bench
