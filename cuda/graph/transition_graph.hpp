#pragma once
/// The transition graph of sequences, built on the device.

#include <cuda_runtime_api.h>

#include <cstdint>
#include <span>

#include "cuda/graph/device_graph.hpp"
#include "m2grl/device.hpp"
#include "m2grl/types.hpp"

namespace m2grl::cuda {

/// The graph that m2grl::build_transition_graph() makes of the same arguments, entry for entry; it stays on the
/// device. Waits for `stream`; takes transition_graph_peak_bytes(). The spans `lie_in` host memory, or in device
/// memory: then they are read in place, and have been checked by count_nodes(). Throws invalid_input as the other does,
/// out_of_memory.
[[nodiscard]] device_graph build_transition_graph(ragged_ref sequences, std::size_t nodes, bool directed,
                                                  std::span<const std::uint32_t> event_weights, cudaStream_t stream,
                                                  memory_kind lie_in = memory_kind::host);

}  // namespace m2grl::cuda
