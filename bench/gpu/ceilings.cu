#include "cuda/columns.hpp"
#include "cuda/runtime/check.hpp"
#include "gpu/ceilings.hpp"

namespace m2grl::bench {
namespace {

constexpr unsigned threads = 256;
constexpr unsigned lanes = 32;
constexpr std::uint64_t row_floats = 128;

__device__ std::uint64_t first_index() { return std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ std::uint64_t grid_size() { return std::uint64_t{gridDim.x} * blockDim.x; }

__global__ void fill(float* values, std::uint64_t count, float scale) {
  for (std::uint64_t i = first_index(); i < count; i += grid_size()) {
    const auto mixed = static_cast<std::uint32_t>((i * 0x9E3779B97F4A7C15ull) >> 32);
    values[i] = scale * (static_cast<float>(mixed) * (1.0f / 4294967296.0f) - 0.5f);
  }
}

__global__ void copy(const float4* from, float4* to, std::uint64_t count) {
  for (std::uint64_t i = first_index(); i < count; i += grid_size()) to[i] = from[i];
}

__global__ void gather(const float* rows, const std::uint32_t* ids, std::uint64_t count, float* sink) {
  const unsigned lane = threadIdx.x % lanes;
  float sum = 0;
#pragma unroll 4
  for (std::uint64_t i = first_index() / lanes; i < count; i += grid_size() / lanes) {
    const auto x = cuda::load_from_table<4>(rows + ids[i] * row_floats + 4 * lane);
    sum += x.v[0] + x.v[1] + x.v[2] + x.v[3];
  }
  if (sum == 12345.0f) sink[first_index() / lanes] = sum;  // never, but the compiler cannot know
}

__global__ void gather_add(float* rows, const std::uint32_t* ids, std::uint64_t count, float step) {
  const unsigned lane = threadIdx.x % lanes;
#pragma unroll 4
  for (std::uint64_t i = first_index() / lanes; i < count; i += grid_size() / lanes) {
    float* place = rows + ids[i] * row_floats + 4 * lane;
    const auto x = cuda::load_from_table<4>(place);
    // A difference that depends on what was read, so that the read cannot be left out: 0 · x is x's sign of zero.
    cuda::add_to_table<4>(place, {{step + 0 * x.v[0], step + 0 * x.v[1], step + 0 * x.v[2], step + 0 * x.v[3]}});
  }
}

unsigned full_grid() {
  int device = 0, processors = 0;
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  cuda::check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  return static_cast<unsigned>(processors) * (2048 / threads);
}

}  // namespace

void launch_fill(float* values, std::uint64_t count, float scale, cudaStream_t stream) {
  fill<<<full_grid(), threads, 0, stream>>>(values, count, scale);
  cuda::check_launch("fill");
}
void launch_copy(const float* from, float* to, std::uint64_t count, cudaStream_t stream) {
  copy<<<full_grid(), threads, 0, stream>>>(reinterpret_cast<const float4*>(from), reinterpret_cast<float4*>(to),
                                            count / 4);
  cuda::check_launch("copy");
}
void launch_gather(const float* rows, const std::uint32_t* ids, std::uint64_t count, float* sink, cudaStream_t stream) {
  gather<<<full_grid(), threads, 0, stream>>>(rows, ids, count, sink);
  cuda::check_launch("gather");
}
void launch_gather_add(float* rows, const std::uint32_t* ids, std::uint64_t count, float step, cudaStream_t stream) {
  gather_add<<<full_grid(), threads, 0, stream>>>(rows, ids, count, step);
  cuda::check_launch("gather_add");
}

}  // namespace m2grl::bench
