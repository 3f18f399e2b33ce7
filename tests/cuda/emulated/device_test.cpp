/// The emulated device itself: what it refuses, what it reports, and when it runs what it was given.
#include "device.hpp"

#include <cublas_v2.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "m2grl/error.hpp"

using namespace m2grl;

namespace {

/// The one report of `call`, which the device also answers with an error.
template <class Call>
std::string refusal_of(Call&& call) {
  emulated::reset();
  CHECK(call() != cudaSuccess);
  CHECK(cudaGetLastError() != cudaSuccess);
  REQUIRE(emulated::violations().size() == 1);
  const std::string said = emulated::violations()[0];
  return said;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("emulated device: memory is full of NaN at first") {
  emulated::reset();
  const cuda::stream s;
  const cuda::device_array<float> fresh(1000);
  std::vector<float> values(1000, 0);
  fresh.download(values, s.get());
  for (const float v : values) REQUIRE(std::isnan(v));
  CHECK(emulated::live().device_arrays == 1);
  CHECK(emulated::peak_bytes() == 4000);
}

TEST_CASE("emulated device: work runs when it is waited for, of page-locked memory as it is then") {
  const bool late = GENERATE(true, false);
  emulated::reset({.runs = late ? emulated::timing::when_waited_for : emulated::timing::at_once});
  const cuda::stream s;
  cuda::device_array<int> on_device(1);
  cuda::pinned_array<int> from(1), to(1);
  from[0] = 1;
  to[0] = 0;
  cuda::event copied;
  REQUIRE(cudaMemcpyAsync(on_device.data(), from.data(), 4, cudaMemcpyHostToDevice, s.get()) == cudaSuccess);
  copied.record(s.get());
  REQUIRE(cudaMemcpyAsync(to.data(), on_device.data(), 4, cudaMemcpyDeviceToHost, s.get()) == cudaSuccess);
  from[0] = 2;  // a fault of the caller's, whose effect depends on the timing
  copied.wait();
  CHECK(to[0] == (late ? 0 : 1));
  s.wait();
  CHECK(to[0] == (late ? 2 : 1));
  int pageable = 3;
  REQUIRE(cudaMemcpyAsync(on_device.data(), &pageable, 4, cudaMemcpyHostToDevice, s.get()) == cudaSuccess);
  pageable = 4;  // the runtime has its own copy by now
  on_device.download({&pageable, 1}, s.get());
  CHECK(pageable == 3);
}

TEST_CASE("emulated device: what is captured runs at each launch, on what memory holds then") {
  emulated::reset();
  const cuda::stream s;
  cuda::device_array<int> on_device(1);
  cuda::pinned_array<int> from(1), to(1);
  REQUIRE(cudaStreamBeginCapture(s.get(), cudaStreamCaptureModeRelaxed) == cudaSuccess);
  REQUIRE(cudaMemcpyAsync(on_device.data(), from.data(), 4, cudaMemcpyHostToDevice, s.get()) == cudaSuccess);
  emulated::launch("double it", {}, s.get(), [at = on_device.data()] { *at *= 2; });
  REQUIRE(cudaMemcpyAsync(to.data(), on_device.data(), 4, cudaMemcpyDeviceToHost, s.get()) == cudaSuccess);
  cudaGraph_t graph = nullptr;
  REQUIRE(cudaStreamEndCapture(s.get(), &graph) == cudaSuccess);
  cudaGraphExec_t executable = nullptr;
  REQUIRE(cudaGraphInstantiate(&executable, graph, 0) == cudaSuccess);
  CHECK(emulated::live().graphs == 1);
  REQUIRE(cudaGraphDestroy(graph) == cudaSuccess);
  to[0] = 0;
  s.wait();
  CHECK(to[0] == 0);
  for (const int value : {3, 4}) {
    from[0] = value;
    REQUIRE(cudaGraphLaunch(executable, s.get()) == cudaSuccess);
    s.wait();
    CHECK(to[0] == 2 * value);
  }
  REQUIRE(cudaGraphExecDestroy(executable) == cudaSuccess);
  CHECK(cudaGraphLaunch(executable, s.get()) == cudaErrorInvalidResourceHandle);
  CHECK(emulated::violations().size() == 1);
}

TEST_CASE("emulated device: calls that are illegal in a capture break it") {
  emulated::reset();
  const cuda::stream s;
  cuda::device_array<float> array(4);
  float value = 0;
  void* memory = nullptr;
  const int which = GENERATE(0, 1, 2, 3);
  REQUIRE(cudaStreamBeginCapture(s.get(), cudaStreamCaptureModeRelaxed) == cudaSuccess);
  const cudaError_t status = which == 0   ? cudaMalloc(&memory, 16)
                             : which == 1 ? cudaMemcpy(&value, array.data(), 4, cudaMemcpyDeviceToHost)
                             : which == 2 ? cudaMemset(array.data(), 0, 16)
                                          : cudaStreamSynchronize(s.get());
  CHECK(status == cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph = nullptr;
  CHECK(cudaStreamEndCapture(s.get(), &graph) == cudaErrorStreamCaptureInvalidated);
  CHECK(graph == nullptr);
  CHECK(emulated::violations().size() == 1);
}

TEST_CASE("emulated device: frees and copies that a device would refuse, or suffer, are reported") {
  float host[4] = {};
  void* device = nullptr;
  CHECK(has(refusal_of([&] { return cudaFree(host); }), "cudaFree of what is no array"));
  CHECK(has(refusal_of([&] { return cudaFreeHost(host); }), "cudaFreeHost of what is no array"));
  CHECK(has(refusal_of([&] {
              (void)cudaMalloc(&device, 16);
              (void)cudaFree(device);
              return cudaFree(device);
            }),
            "cudaFree of what is no array"));
  const auto copy = [&](bool to_device, std::size_t bytes, cudaMemcpyKind kind) {
    return refusal_of([&] {
      (void)cudaMalloc(&device, 12);
      const cudaError_t status =
          to_device ? cudaMemcpy(device, host, bytes, kind) : cudaMemcpy(host, device, bytes, kind);
      (void)cudaFree(device);
      return status;
    });
  };
  CHECK(has(copy(true, 16, cudaMemcpyHostToDevice), "destination is not within one array"));
  CHECK(has(copy(false, 16, cudaMemcpyDeviceToHost), "source is not within one array"));
  CHECK(has(copy(true, 8, cudaMemcpyDeviceToHost), "destination is not host memory"));
  CHECK(has(copy(false, 8, cudaMemcpyHostToDevice), "destination is not within one array"));
  CHECK(has(refusal_of([&] {
              (void)cudaMalloc(&device, 12);
              const cudaError_t status = cudaMemset(device, 0, 16);
              (void)cudaFree(device);
              return status;
            }),
            "cudaMemset of 16 bytes"));
  CHECK(has(refusal_of([&] { return cudaStreamSynchronize(reinterpret_cast<cudaStream_t>(host)); }), "a stream"));
  CHECK(has(refusal_of([&] {
              cudaEvent_t event = nullptr;
              (void)cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
              (void)cudaEventDestroy(event);
              return cudaEventSynchronize(event);
            }),
            "an event"));
}

TEST_CASE("emulated device: launches too large for a block are refused") {
  emulated::reset();
  const cuda::stream s;
  const auto status_of = [&](const emulated::launch_shape& shape) {
    emulated::launch("a kernel", shape, s.get(), [] {});
    return cudaGetLastError();
  };
  const int kernel = 0;
  CHECK(status_of({.blocks = 0}) == cudaErrorInvalidConfiguration);
  CHECK(status_of({.threads = 1025}) == cudaErrorInvalidConfiguration);
  CHECK(status_of({.shared_bytes = 49153, .kernel = &kernel}) == cudaErrorInvalidValue);
  REQUIRE(cudaFuncSetAttribute(&kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, 60000) == cudaSuccess);
  CHECK(status_of({.shared_bytes = 60000, .kernel = &kernel}) == cudaSuccess);
  CHECK(status_of({.shared_bytes = 60001, .kernel = &kernel}) == cudaErrorInvalidValue);
}

TEST_CASE("emulated device: cuBLAS multiplies by columns, and refuses strides that are too short") {
  emulated::reset();
  const cuda::stream s;
  const cuda::blas products(s.get(), false);
  const std::vector<float> a{1, 2, 3, 4, 5, 6}, b{1, 0, 2, -1};  // A [3, 2], B [2, 2]
  const cuda::device_array<float> a_device{std::span<const float>(a)}, b_device{std::span<const float>(b)};
  cuda::device_array<float> c_device(6);
  const float one = 1, zero = 0;
  const auto multiply = [&](int a_stride, int c_stride) {
    return cublasSgemm(products.get(), CUBLAS_OP_N, CUBLAS_OP_T, 3, 2, 2, &one, a_device.data(), a_stride,
                       b_device.data(), 2, &zero, c_device.data(), c_stride);
  };
  CHECK(multiply(2, 3) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(multiply(3, 2) == CUBLAS_STATUS_INVALID_VALUE);
  REQUIRE(multiply(3, 3) == CUBLAS_STATUS_SUCCESS);
  std::vector<float> c(6);
  c_device.download(c, s.get());
  CHECK(c == std::vector<float>{9, 12, 15, -4, -5, -6});  // A Bᵀ, B = [[1, 2], [0, -1]]
  CHECK(emulated::violations().empty());
}

TEST_CASE("emulated device: the call that was chosen fails, once") {
  emulated::reset();
  emulated::fail_call(2, "cudaMalloc");
  const cuda::device_array<int> first(1);
  CHECK_THROWS_AS(cuda::device_array<int>(1), out_of_memory);
  CHECK(emulated::failed_call() == "cudaMalloc");
  CHECK_NOTHROW(cuda::device_array<int>(1));
  CHECK(emulated::live().device_arrays == 1);
}
