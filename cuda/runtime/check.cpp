#include "cuda/runtime/check.hpp"

#include <fmt/format.h>

#include "cuda/runtime/cublas.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cuda {
namespace {

/// "cuda/align/link_trainer.cpp:42": the file as the checkout names it.
std::string name_of(const std::source_location& place) {
  const std::string file = place.file_name();
  const auto folder = file.rfind("cuda/");
  return fmt::format("{}:{}", folder == std::string::npos ? file : file.substr(folder), place.line());
}

}  // namespace

void check(cudaError_t status, const char* call, std::source_location place) {
  if (status == cudaSuccess) return;
  cudaGetLastError();
  throw cuda_error(fmt::format("CUDA: {} failed at {}: {} ({})", call, name_of(place), cudaGetErrorString(status),
                               cudaGetErrorName(status)));
}

void check(cublasStatus_t status, const char* call, std::source_location place) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw cuda_error(fmt::format("cuBLAS: {} failed at {}: {}", call, name_of(place), cublas().status_string(status)));
}

void check_launch(const char* kernel, std::source_location place) {
  const cudaError_t status = cudaGetLastError();
  if (status == cudaSuccess) return;
  throw cuda_error(fmt::format("CUDA: the launch of {} was refused at {}: {} ({})", kernel, name_of(place),
                               cudaGetErrorString(status), cudaGetErrorName(status)));
}

}  // namespace m2grl::cuda
