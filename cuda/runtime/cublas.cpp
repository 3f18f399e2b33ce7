#include "cuda/runtime/cublas.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>

#include "m2grl/error.hpp"

namespace m2grl::cuda {
namespace {

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw cuda_error(fmt::format("cuBLAS has no function {}: {}", name, ::dlerror()));
}

/// Never closed: cuBLAS keeps threads and device memory of its own.
void* open() {
  const std::string name = fmt::format("libcublas.so.{}", CUBLAS_VER_MAJOR);
  void* library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) return library;
  const std::string fault = ::dlerror();
  library = ::dlopen((M2GRL_CUBLAS_FOLDER "/" + name).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw cuda_error(fmt::format("cuBLAS cannot be loaded: {}", fault));
  return library;
}

cublas_calls load() {
  void* const library = open();
  cublas_calls calls;
  find(library, "cublasCreate_v2", calls.create);
  find(library, "cublasDestroy_v2", calls.destroy);
  find(library, "cublasSetStream_v2", calls.set_stream);
  find(library, "cublasGetStream_v2", calls.get_stream);
  find(library, "cublasSetWorkspace_v2", calls.set_workspace);
  find(library, "cublasSetMathMode", calls.set_math_mode);
  find(library, "cublasSgemm_v2", calls.sgemm);
  find(library, "cublasGetStatusString", calls.status_string);
  return calls;
}

}  // namespace

const cublas_calls& cublas() {
  static const cublas_calls calls = load();
  return calls;
}

}  // namespace m2grl::cuda
