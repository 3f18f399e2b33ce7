#pragma once
/// Confidence of shares over queries.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/discovery.hpp"

namespace m2grl::metric {

/// Hits of several ways over the same queries. A way is a column: hit or no hit for each query.
struct query_hits {
  std::vector<std::vector<std::uint32_t>> ways_of;  ///< of each query: the ways that hit it
  std::vector<std::uint8_t> counted;                ///< [queries]: whether a query is one of the subset's
};

/// Shares of hits among all queries and among those counted, by way.
struct hit_rates {
  std::vector<rate_estimate> all, counted;
};

/// Percentile bootstrap: `resamples` draws of as many queries as there are, with replacement, the same draws for every
/// way. 0 resamples: intervals of no width.
[[nodiscard]] hit_rates bootstrap(const query_hits& hits, std::size_t ways, std::uint32_t resamples,
                                  std::uint64_t seed);

}  // namespace m2grl::metric
