#pragma once
/// Ceilings of memory that the benches measure beside their own figures.

#include <cstdint>
#include <vector>

namespace m2grl::bench {

/// Random reads per second of one core: `chains` interleaved walks of dependent reads over 4-byte entries, the
/// next line of each prefetched while the others advance. `order` is a cycle over its own entries.
[[nodiscard]] double gather_rate(const std::vector<std::uint32_t>& order, std::uint32_t chains, double seconds);

/// A single cycle through `entries` places in random order (Sattolo), on huge pages where granted.
[[nodiscard]] std::vector<std::uint32_t> random_cycle(std::uint32_t entries);

}  // namespace m2grl::bench
