#pragma once
/// Hit rates of several ways over the same queries, with their intervals.

#include <cstdint>
#include <vector>

#include "m2grl/intervals.hpp"

namespace m2grl::discovery {

/// A way is a column: hit or no hit for each query.
struct query_hits {
  std::vector<std::vector<std::uint32_t>> ways_of;  ///< of each query: the ways that hit it
  std::vector<std::uint8_t> counted;                ///< [queries]: whether a query is one of the subset's
};

/// Shares of hits among all queries and among those counted, by way.
struct hit_rates {
  std::vector<estimate> all, counted;
};

[[nodiscard]] hit_rates rates_of(const query_hits& hits, std::size_t ways, const resampling& how);

}  // namespace m2grl::discovery
