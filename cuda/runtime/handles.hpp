#pragma once
/// Owners of streams, events and the cuBLAS handle. Destructors ignore errors: the first asynchronous fault has
/// surfaced at a synchronisation before.

#include <cuda_runtime_api.h>

#include <memory>
#include <type_traits>

#include "cuda/runtime/check.hpp"
#include "cuda/runtime/cublas.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/runtime/sizes.hpp"

namespace m2grl::cuda {

namespace detail {
template <auto Destroy>
struct destroy {
  template <class Handle>
  void operator()(Handle handle) const noexcept {
    ignore(Destroy(handle));
  }
};
}  // namespace detail

template <class Handle, auto Destroy>
using unique_handle = std::unique_ptr<std::remove_pointer_t<Handle>, detail::destroy<Destroy>>;

/// A stream that does not wait for the legacy default stream.
class stream {
 public:
  stream() {
    cudaStream_t created = nullptr;
    check(cudaStreamCreateWithFlags(&created, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    handle_.reset(created);
  }
  [[nodiscard]] cudaStream_t get() const noexcept { return handle_.get(); }
  /// Waits for all work so far; throws cuda_error for the first fault of any of it.
  void wait() const { check(cudaStreamSynchronize(get()), "cudaStreamSynchronize"); }

 private:
  unique_handle<cudaStream_t, cudaStreamDestroy> handle_;
};

/// A point in a stream to wait for; keeps no time.
class event {
 public:
  event() {
    cudaEvent_t created = nullptr;
    check(cudaEventCreateWithFlags(&created, cudaEventDisableTiming), "cudaEventCreateWithFlags");
    handle_.reset(created);
  }
  void record(cudaStream_t s) { check(cudaEventRecord(handle_.get(), s), "cudaEventRecord"); }
  void wait() const { check(cudaEventSynchronize(handle_.get()), "cudaEventSynchronize"); }
  [[nodiscard]] cudaEvent_t get() const noexcept { return handle_.get(); }

 private:
  unique_handle<cudaEvent_t, cudaEventDestroy> handle_;
};

/// cuBLAS on one stream, with a workspace of its own, so that its calls can be captured in a graph.
class blas {
 public:
  /// `tf32`: products may round their factors to TF32; else strict fp32.
  blas(cudaStream_t stream, bool tf32) : workspace_(blas_workspace_bytes) {
    const cublas_calls& calls = cublas();
    cublasHandle_t created = nullptr;
    check(calls.create(&created), "cublasCreate");
    handle_.reset(created);
    check(calls.set_stream(created, stream), "cublasSetStream");
    check(calls.set_workspace(created, workspace_.data(), workspace_.bytes()), "cublasSetWorkspace");
    check(calls.set_math_mode(created, tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_PEDANTIC_MATH), "cublasSetMathMode");
  }
  [[nodiscard]] cublasHandle_t get() const noexcept { return handle_.get(); }

 private:
  static cublasStatus_t release(cublasHandle_t handle) { return cublas().destroy(handle); }

  device_array<unsigned char> workspace_;  // outlives the handle
  unique_handle<cublasHandle_t, release> handle_;
};

}  // namespace m2grl::cuda
