/// Doubles of cuBLAS's functions: products by Eigen, of arrays that lie where a device can reach them.
#include <cublas_v2.h>

#include <Eigen/Core>
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "cuda/runtime/cublas.hpp"
#include "device.hpp"

using namespace emulated;

namespace {

struct blas_state {
  bool live = true;
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
};

std::vector<std::unique_ptr<blas_state>>& handles() {
  static std::vector<std::unique_ptr<blas_state>> all;
  return all;
}

blas_state* find(cublasHandle_t handle) {
  for (const auto& h : handles()) {
    if (reinterpret_cast<cublasHandle_t>(h.get()) == handle && h->live) return h.get();
  }
  report("a call names a cuBLAS handle that does not exist");
  return nullptr;
}

using matrix = Eigen::Map<Eigen::MatrixXf, 0, Eigen::OuterStride<>>;

struct operand {
  cublasOperation_t op;
  int rows, columns;  ///< as it lies in memory, by columns
  const float* data;
  int stride;

  [[nodiscard]] bool valid() const { return rows >= 0 && columns >= 0 && stride >= std::max(1, rows); }
  [[nodiscard]] std::size_t bytes() const {
    if (rows == 0 || columns == 0) return 0;
    return (static_cast<std::size_t>(columns - 1) * static_cast<std::size_t>(stride) + static_cast<std::size_t>(rows)) *
           sizeof(float);
  }
  [[nodiscard]] bool overlaps(const operand& other) const {
    const auto* from = reinterpret_cast<const char*>(data);
    const auto* others = reinterpret_cast<const char*>(other.data);
    return from < others + other.bytes() && others < from + bytes();
  }
};

float to_tf32(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  bits = (bits + 0x1000u) & 0xFFFFE000u;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

Eigen::MatrixXf values_of(const operand& a, bool tf32) {
  const matrix stored(const_cast<float*>(a.data), a.rows, a.columns, Eigen::OuterStride<>(a.stride));
  Eigen::MatrixXf values = a.op == CUBLAS_OP_N ? Eigen::MatrixXf(stored) : Eigen::MatrixXf(stored.transpose());
  if (tf32) values = values.unaryExpr(&to_tf32);
  return values;
}

struct product {
  operand a, b, c;
  float alpha, beta;
  bool tf32;
  void* workspace;
  std::size_t workspace_bytes;
};

void run(const product& p) {
  for (const operand* o : {&p.a, &p.b, &p.c}) {
    if (on_device(o->data, o->bytes())) continue;
    report("cublasSgemm was given a matrix that is not within one array of device memory");
    return;
  }
  if (p.c.overlaps(p.a) || p.c.overlaps(p.b)) report("cublasSgemm writes where it reads");
  if (on_device(p.workspace, p.workspace_bytes)) {
    std::memset(p.workspace, 0xFF, std::min<std::size_t>(p.workspace_bytes, 4096));  // it is cuBLAS's to write
  } else {
    report("cublasSgemm has no work space, or one that is freed");
  }
  matrix c(const_cast<float*>(p.c.data), p.c.rows, p.c.columns, Eigen::OuterStride<>(p.c.stride));
  const Eigen::MatrixXf ab = p.alpha * (values_of(p.a, p.tf32) * values_of(p.b, p.tf32));
  if (p.beta == 0) {
    c = ab;  // C is not read: it may hold anything
  } else {
    c = ab + p.beta * c;
  }
}

}  // namespace

extern "C" {

const char* CUBLASWINAPI cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_EXECUTION_FAILED ? "the function failed to launch on the GPU" : "another status";
}

cublasStatus_t CUBLASWINAPI cublasCreate_v2(cublasHandle_t* handle) {
  if (fails("cublasCreate")) return CUBLAS_STATUS_EXECUTION_FAILED;
  handles().push_back(std::make_unique<blas_state>());
  *handle = reinterpret_cast<cublasHandle_t>(handles().back().get());
  count_blas(1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t CUBLASWINAPI cublasDestroy_v2(cublasHandle_t handle) {
  const bool failing = fails("cublasDestroy");
  blas_state* found = find(handle);
  if (found == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  found->live = false;
  count_blas(-1);
  return failing ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t CUBLASWINAPI cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  if (fails("cublasSetStream")) return CUBLAS_STATUS_EXECUTION_FAILED;
  blas_state* found = find(handle);
  if (found == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  found->stream = stream;
  found->workspace = nullptr;  // cuBLAS goes back to one of its own
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t CUBLASWINAPI cublasGetStream_v2(cublasHandle_t handle, cudaStream_t* stream) {
  if (fails("cublasGetStream")) return CUBLAS_STATUS_EXECUTION_FAILED;
  const blas_state* found = find(handle);
  if (found == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  *stream = found->stream;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t CUBLASWINAPI cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  if (fails("cublasSetWorkspace")) return CUBLAS_STATUS_EXECUTION_FAILED;
  blas_state* found = find(handle);
  if (found == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0) return CUBLAS_STATUS_INVALID_VALUE;
  found->workspace = workspace;
  found->workspace_bytes = bytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t CUBLASWINAPI cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  if (fails("cublasSetMathMode")) return CUBLAS_STATUS_EXECUTION_FAILED;
  blas_state* found = find(handle);
  if (found == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  found->math = mode;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t CUBLASWINAPI cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t a_op, cublasOperation_t b_op, int m,
                                           int n, int k, const float* alpha, const float* a, int a_stride,
                                           const float* b, int b_stride, const float* beta, float* c, int c_stride) {
  if (fails("cublasSgemm")) return CUBLAS_STATUS_EXECUTION_FAILED;
  const blas_state* found = find(handle);
  if (found == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const product p{{a_op, a_op == CUBLAS_OP_N ? m : k, a_op == CUBLAS_OP_N ? k : m, a, a_stride},
                  {b_op, b_op == CUBLAS_OP_N ? k : n, b_op == CUBLAS_OP_N ? n : k, b, b_stride},
                  {CUBLAS_OP_N, m, n, c, c_stride},
                  *alpha,
                  *beta,
                  found->math == CUBLAS_TF32_TENSOR_OP_MATH,
                  found->workspace,
                  found->workspace_bytes};
  if (!p.a.valid() || !p.b.valid() || !p.c.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  return enqueue(found->stream, [p] { run(p); }) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // extern "C"

namespace m2grl::cuda {

const cublas_calls& cublas() {
  static const cublas_calls calls{.create = cublasCreate_v2,
                                  .destroy = cublasDestroy_v2,
                                  .set_stream = cublasSetStream_v2,
                                  .get_stream = cublasGetStream_v2,
                                  .set_workspace = cublasSetWorkspace_v2,
                                  .set_math_mode = cublasSetMathMode,
                                  .sgemm = cublasSgemm_v2,
                                  .status_string = cublasGetStatusString};
  return calls;
}

}  // namespace m2grl::cuda
