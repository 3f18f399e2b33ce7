#pragma once
/// Sequences that a caller holds in device memory.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cuda/inputs/sequence_check.hpp"
#include "m2grl/trainer.hpp"
#include "m2grl/types.hpp"

namespace m2grl::cuda {

/// Throws invalid_input unless `pointer` is memory of the current device. `what` names it in the message.
void check_device_pointer(const void* pointer, const std::string& what);

/// How often each node occurs in the sequences of a view that lie in device memory. Waits for `stream`. Throws
/// invalid_input where a span (event weights, too) does not lie in device memory, offsets do not run from 0 to the
/// number of ids, or an id is not below the view's nodes; out_of_memory, cuda_error. `what` names the view in messages.
[[nodiscard]] std::vector<std::uint64_t> count_nodes(const view_input& view, const std::string& what,
                                                     cudaStream_t stream);

/// A copy of the sequences in host memory. Waits for `stream`.
[[nodiscard]] ragged host_copy(ragged_ref sequences, cudaStream_t stream);

/// Checks every row and position; counts [nodes], zero before, become the frequencies.
void launch_sequence_check(const unchecked_sequences& s, sequence_faults* faults, unsigned long long* counts,
                           cudaStream_t stream);

}  // namespace m2grl::cuda
