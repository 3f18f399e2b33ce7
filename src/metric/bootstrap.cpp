#include "metric/bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "m2grl/kernel/philox.hpp"

namespace m2grl::metric {
namespace {

/// Hits of one sample of queries.
struct sample_counts {
  explicit sample_counts(std::size_t ways) : all(ways, 0), counted(ways, 0) {}
  void add(const query_hits& hits, std::size_t query) {
    const bool inside = hits.counted[query] != 0;
    queries_inside += inside;
    ++queries;
    for (const std::uint32_t way : hits.ways_of[query]) {
      ++all[way];
      counted[way] += inside;
    }
  }
  [[nodiscard]] double rate(std::size_t way) const { return share(all[way], queries); }
  [[nodiscard]] double rate_inside(std::size_t way) const { return share(counted[way], queries_inside); }

 private:
  static double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
  std::vector<std::uint64_t> all, counted;
  std::uint64_t queries = 0, queries_inside = 0;
};

sample_counts draw_sample(const query_hits& hits, std::size_t ways, std::uint64_t seed, std::uint64_t resample) {
  const kernel::random_stream random(seed, 0, 0, resample, kernel::purpose::bootstrap);
  const auto n = static_cast<std::uint32_t>(hits.ways_of.size());
  sample_counts sample(ways);
  for (std::uint32_t drawn = 0; drawn < n; ++drawn) {
    sample.add(hits, kernel::mulhi(random.block(drawn / 4).word[drawn % 4], n));
  }
  return sample;
}

/// The 2.5 and 97.5 percentiles.
void set_interval(std::vector<double> rates, rate_estimate& to) {
  if (rates.empty()) return;
  std::sort(rates.begin(), rates.end());
  const auto last = static_cast<double>(rates.size() - 1);
  to.low = rates[static_cast<std::size_t>(std::floor(0.025 * last))];
  to.high = rates[static_cast<std::size_t>(std::ceil(0.975 * last))];
}

}  // namespace

hit_rates bootstrap(const query_hits& hits, std::size_t ways, std::uint32_t resamples, std::uint64_t seed) {
  sample_counts whole(ways);
  for (std::size_t q = 0; q < hits.ways_of.size(); ++q) whole.add(hits, q);
  std::vector<sample_counts> samples(resamples, sample_counts(ways));
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t r = 0; r < static_cast<std::int64_t>(resamples); ++r) {
    samples[static_cast<std::size_t>(r)] = draw_sample(hits, ways, seed, static_cast<std::uint64_t>(r));
  }
  hit_rates result{std::vector<rate_estimate>(ways), std::vector<rate_estimate>(ways)};
  for (std::size_t way = 0; way < ways; ++way) {
    const double all = whole.rate(way), inside = whole.rate_inside(way);
    result.all[way] = {all, all, all};
    result.counted[way] = {inside, inside, inside};
    std::vector<double> rates, rates_inside;
    for (const sample_counts& sample : samples) {
      rates.push_back(sample.rate(way));
      rates_inside.push_back(sample.rate_inside(way));
    }
    set_interval(std::move(rates), result.all[way]);
    set_interval(std::move(rates_inside), result.counted[way]);
  }
  return result;
}

}  // namespace m2grl::metric
