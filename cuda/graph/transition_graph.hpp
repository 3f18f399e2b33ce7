#pragma once
/// The transition graph of sequences, built on the device.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <span>

#include "cuda/graph/device_graph.hpp"
#include "m2grl/types.hpp"

namespace m2grl::cuda {

/// The graph that m2grl::build_transition_graph() makes of the same arguments, entry for entry; it stays on the
/// device. Waits for `stream`. Takes at its peak about 48 bytes of device memory per event, 24 where the graph is
/// directed; with event weights 57 and 33. Throws invalid_input as the other does, out_of_memory.
[[nodiscard]] device_graph build_transition_graph(ragged_ref sequences, std::size_t nodes, bool directed,
                                                  std::span<const std::uint32_t> event_weights, cudaStream_t stream);

}  // namespace m2grl::cuda
