#include "cuda/runtime/cublas.hpp"

#include <catch2/catch.hpp>

#include "cuda/runtime/check.hpp"
#include "m2grl/error.hpp"

using namespace m2grl;

TEST_CASE("cuBLAS is found where it is not linked, and says what is wrong") {
  const cuda::cublas_calls& calls = cuda::cublas();
  CHECK(&calls == &cuda::cublas());
  CHECK(calls.sgemm(nullptr, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, nullptr, nullptr, 1, nullptr, 1, nullptr, nullptr, 1) !=
        CUBLAS_STATUS_SUCCESS);
  CHECK_NOTHROW(cuda::check(CUBLAS_STATUS_SUCCESS, "cublasSgemm"));
  CHECK_THROWS_WITH(cuda::check(CUBLAS_STATUS_ALLOC_FAILED, "cublasSgemm"),
                    Catch::Contains("cublasSgemm failed at") && Catch::Contains("allocation"));
}
