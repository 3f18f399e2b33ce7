#include "cuda/inputs/device_sequences.hpp"
#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {
namespace {

constexpr unsigned block_threads = 256;
constexpr unsigned most_blocks = 1u << 14;

__global__ void check_sequences(const unchecked_sequences s, sequence_faults* faults, unsigned long long* counts) {
  const std::uint64_t first = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t r = first; r < s.rows; r += step) check_row(s, r, faults);
  for (std::uint64_t i = first; i < s.positions; i += step) count_position(s, i, faults, counts);
}

}  // namespace

void launch_sequence_check(const unchecked_sequences& s, sequence_faults* faults, unsigned long long* counts,
                           cudaStream_t stream) {
  const std::uint64_t wanted = (s.positions + s.rows) / block_threads + 1;
  const auto blocks = static_cast<unsigned>(wanted < most_blocks ? wanted : most_blocks);
  check_sequences<<<blocks, block_threads, 0, stream>>>(s, faults, counts);
  check_launch("the check of sequences in device memory");
}

}  // namespace m2grl::cuda
