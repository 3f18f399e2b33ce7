#pragma once
/// Parallel sorts of 64-bit keys, in place. The one place that touches Thrust.

#include <cstddef>
#include <cstdint>

namespace m2grl::graph_detail {

/// Ascending; on OpenMP's threads. Needs as much scratch memory again.
void sort_keys(std::uint64_t* keys, std::size_t size);

/// Ascending by key; values of equal keys keep their order, so sums over them do not depend on threads.
void sort_by_keys(std::uint64_t* keys, std::uint32_t* values, std::size_t size);
void sort_by_keys(std::uint64_t* keys, double* values, std::size_t size);

}  // namespace m2grl::graph_detail
