#include "gpu/ceilings.hpp"

#include "cuda/columns.hpp"
#include "cuda/runtime/check.hpp"
#include "m2grl/kernel/permutation.hpp"

namespace m2grl::bench {
namespace {

constexpr unsigned threads = 256;
constexpr unsigned lanes = 32;

__device__ std::uint64_t first_index() { return std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ std::uint64_t grid_size() { return std::uint64_t{gridDim.x} * blockDim.x; }

__device__ void put(float* place, float x) { *place = x; }
__device__ void put(cuda::bf16* place, float x) { *place = cuda::to_nearest(x); }

/// Mixed well: of successive numbers alone, a multiplication would leave rows that resemble one another.
__device__ std::uint32_t mixed(std::uint64_t i) {
  std::uint64_t x = (i + 1) * 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93ull;
  return static_cast<std::uint32_t>(x ^ (x >> 32));
}

template <class Element>
__global__ void fill(Element* values, std::uint64_t count, float scale) {
  for (std::uint64_t i = first_index(); i < count; i += grid_size()) {
    put(values + i, scale * (static_cast<float>(mixed(i)) * (1.0f / 4294967296.0f) - 0.5f));
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
    const auto x = cuda::load_from_table<4>(rows + std::uint64_t{ids[i]} * ceiling_row + 4 * lane);
    sum += x.v[0] + x.v[1] + x.v[2] + x.v[3];
  }
  if (sum == 12345.0f) *sink = sum;  // never, but the compiler cannot know
}

template <class Element>
__global__ void gather_add(Element* rows, const std::uint32_t* ids, std::uint64_t count, float step) {
  const unsigned lane = threadIdx.x % lanes;
  cuda::rounding_bits random{static_cast<std::uint32_t>(first_index())};
#pragma unroll 4
  for (std::uint64_t i = first_index() / lanes; i < count; i += grid_size() / lanes) {
    Element* place = rows + std::uint64_t{ids[i]} * ceiling_row + 4 * lane;
    const auto x = cuda::load_from_table<4>(place);
    // A difference that depends on what was read, so that the read cannot be left out: 0 · x is x's sign of zero.
    const cuda::columns<4> delta{{step + 0 * x.v[0], step + 0 * x.v[1], step + 0 * x.v[2], step + 0 * x.v[3]}};
    cuda::add_to_table<4>(place, x, delta, random);
  }
}

__global__ void fill_chain(std::uint32_t* sectors, std::uint32_t count, const kernel::permutation order) {
  for (std::uint64_t i = first_index(); i < count; i += grid_size()) {
    sectors[i * sector_words] = static_cast<std::uint32_t>(order(i));
  }
}

__global__ void follow_chain(const std::uint32_t* sectors, std::uint32_t count, std::uint32_t steps,
                             std::uint32_t* sink) {
  // Far apart at first; a multiplication by an odd number leaves no two threads alike where the count allows.
  std::uint32_t at = static_cast<std::uint32_t>(first_index() * 2654435761ull % count);
  for (std::uint32_t s = 0; s < steps; ++s) at = sectors[std::uint64_t{at} * sector_words];
  if (at == count) *sink = at;  // never, but the compiler cannot know
}

unsigned full_grid() {
  int device = 0, processors = 0;
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  cuda::check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  return static_cast<unsigned>(processors) * (2048 / threads);
}

template <class Element>
void enqueue_fill(Element* values, std::uint64_t count, float scale, cudaStream_t stream) {
  fill<<<full_grid(), threads, 0, stream>>>(values, count, scale);
  cuda::check_launch("fill");
}
template <class Element>
void enqueue_gather_add(Element* rows, const std::uint32_t* ids, std::uint64_t count, float step, cudaStream_t stream) {
  gather_add<<<full_grid(), threads, 0, stream>>>(rows, ids, count, step);
  cuda::check_launch("gather_add");
}

}  // namespace

void launch_fill(float* values, std::uint64_t count, float scale, cudaStream_t stream) {
  enqueue_fill(values, count, scale, stream);
}
void launch_fill(cuda::bf16* values, std::uint64_t count, float scale, cudaStream_t stream) {
  enqueue_fill(values, count, scale, stream);
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
  enqueue_gather_add(rows, ids, count, step, stream);
}
void launch_gather_add(cuda::bf16* rows, const std::uint32_t* ids, std::uint64_t count, float step,
                       cudaStream_t stream) {
  enqueue_gather_add(rows, ids, count, step, stream);
}

void launch_fill_chain(std::uint32_t* sectors, std::uint32_t count, cudaStream_t stream) {
  fill_chain<<<full_grid(), threads, 0, stream>>>(sectors, count, kernel::permutation(count, 20260101, 0, 0));
  cuda::check_launch("fill_chain");
}
std::uint64_t launch_follow_chain(const std::uint32_t* sectors, std::uint32_t count, std::uint32_t steps,
                                  std::uint32_t* sink, cudaStream_t stream) {
  const unsigned blocks = full_grid();
  follow_chain<<<blocks, threads, 0, stream>>>(sectors, count, steps, sink);
  cuda::check_launch("follow_chain");
  return std::uint64_t{blocks} * threads * steps;
}

}  // namespace m2grl::bench
