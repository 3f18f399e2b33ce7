#pragma once
/// Every call of the CUDA runtime and of cuBLAS is checked; a failure becomes an exception that names call and place.

#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include <source_location>

namespace m2grl::cuda {

/// Throws cuda_error unless `status` is cudaSuccess. `call`: what was called, as the message names it. The runtime
/// forgets the error, which is reported once: else the next launch would seem to be refused for it.
void check(cudaError_t status, const char* call, std::source_location place = std::source_location::current());
void check(cublasStatus_t status, const char* call, std::source_location place = std::source_location::current());

/// Where a caller's thread enters: an error that it left behind would be taken for one of our first launch.
inline void forget_callers_error() noexcept { (void)cudaGetLastError(); }

/// To follow a kernel's launch: throws cuda_error where it was refused. Faults of the kernel itself surface at the
/// next synchronisation.
void check_launch(const char* kernel, std::source_location place = std::source_location::current());

/// Of calls that release something, in destructors, which have no one to tell: the runtime forgets the error.
inline void ignore(cudaError_t status) noexcept {
  if (status != cudaSuccess) cudaGetLastError();
}
inline void ignore(cublasStatus_t) noexcept {}

}  // namespace m2grl::cuda
