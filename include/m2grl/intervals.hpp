#pragma once
/// How sure a figure over held-out events is.

#include <cstdint>

#include "m2grl/api.hpp"

namespace M2GRL_API m2grl {

/// The 95 % interval of a figure: the 2.5 and 97.5 percentiles of the figure over resamples of the queries (or edges,
/// or nodes), drawn with replacement: Efron's percentile bootstrap. Both ends are the figure itself where nothing was
/// resampled.
struct interval {
  double low = 0, high = 0;
};

/// A figure and its interval.
struct estimate {
  double value = 0;
  interval between{};
};

/// How often, and by which draws. The same seed gives the same interval on any number of threads.
struct resampling {
  std::uint32_t resamples = 1000;  ///< 0: no interval
  std::uint64_t seed = 1;
};

}  // namespace m2grl
