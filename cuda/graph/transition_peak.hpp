#pragma once
/// What building a transition graph takes; for code that plans without a device.

#include <cstdint>

namespace m2grl::cuda {

/// Device memory that build_transition_graph() takes at its peak, the graph itself and copies of the sequences
/// included.
[[nodiscard]] constexpr std::uint64_t transition_graph_peak_bytes(std::uint64_t events, bool directed, bool weighted) {
  return events * ((directed ? 24u : 48u) + (weighted ? 9u : 0u));
}

}  // namespace m2grl::cuda
