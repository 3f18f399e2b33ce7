#include "evaluate/hit_rates.hpp"

#include "evaluate/bootstrap.hpp"

namespace m2grl::discovery {
namespace {

/// Shares of one sample: first those of all its queries, then those of its counted queries.
std::vector<double> shares(const query_hits& hits, std::size_t ways, std::span<const std::uint32_t> sample) {
  std::vector<double> rates(2 * ways, 0.0);
  std::size_t counted = 0;
  for (const std::uint32_t query : sample) {
    const bool inside = hits.counted[query] != 0;
    counted += inside;
    for (const std::uint32_t way : hits.ways_of[query]) {
      ++rates[way];
      rates[ways + way] += inside;
    }
  }
  for (std::size_t way = 0; way < ways; ++way) {
    rates[way] /= sample.empty() ? 1 : static_cast<double>(sample.size());
    rates[ways + way] /= counted == 0 ? 1 : static_cast<double>(counted);
  }
  return rates;
}

}  // namespace

hit_rates rates_of(const query_hits& hits, std::size_t ways, const resampling& how) {
  const auto rates = bootstrap(hits.ways_of.size(), how,
                               [&](std::span<const std::uint32_t> sample) { return shares(hits, ways, sample); });
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(ways);
  return {{rates.begin(), middle}, {middle, rates.end()}};
}

}  // namespace m2grl::discovery
