#pragma once
/// Percentile bootstrap of any figures over queries.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "m2grl/intervals.hpp"

namespace m2grl {

/// Figures [m] of a sample of queries, given by their numbers; a number may occur several times. Called from several
/// threads.
using sample_statistic = std::function<std::vector<double>(std::span<const std::uint32_t>)>;

/// The figures over all `queries` and their intervals, [m]. Every figure is computed from the same draws.
[[nodiscard]] std::vector<estimate> bootstrap(std::size_t queries, const resampling& how,
                                              const sample_statistic& statistic);

/// The means of columns of one value a query, [columns][queries], and their intervals. 0 where there are no queries.
[[nodiscard]] std::vector<estimate> bootstrap_means(std::span<const std::vector<double>> columns,
                                                    const resampling& how);

}  // namespace m2grl
