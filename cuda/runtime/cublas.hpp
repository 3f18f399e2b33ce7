#pragma once
/// cuBLAS, loaded when the first product is wanted. Linked, it would cost every start of a program a tenth of a second
/// and a hundred megabytes of touched pages, GPU or not, and none would start where it is not installed.

#include <cublas_v2.h>

namespace m2grl::cuda {

/// The functions that are called, by their usual names.
struct cublas_calls {
  decltype(&::cublasCreate) create = nullptr;
  decltype(&::cublasDestroy) destroy = nullptr;
  decltype(&::cublasSetStream) set_stream = nullptr;
  decltype(&::cublasGetStream) get_stream = nullptr;
  decltype(&::cublasSetWorkspace) set_workspace = nullptr;
  decltype(&::cublasSetMathMode) set_math_mode = nullptr;
  decltype(&::cublasSgemm) sgemm = nullptr;
  decltype(&::cublasGetStatusString) status_string = nullptr;
};

/// Those of the toolkit's major version that this was compiled with: as the dynamic loader finds them, else from the
/// folder that the build had them in. Thread-safe. Throws cuda_error where they cannot be loaded.
[[nodiscard]] const cublas_calls& cublas();

}  // namespace m2grl::cuda
