#include "evaluate/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "m2grl/kernel/philox.hpp"
#include "parallel_failure.hpp"

namespace m2grl {
namespace {

/// As many numbers below n as there are places in `sample`.
void draw(std::span<std::uint32_t> sample, std::uint64_t seed, std::uint64_t resample) {
  const kernel::random_stream random(seed, 0, 0, resample, kernel::purpose::bootstrap);
  const auto n = static_cast<std::uint32_t>(sample.size());
  for (std::uint32_t i = 0; i < n; ++i) sample[i] = kernel::mulhi(random.block(i / 4).word[i % 4], n);
}

/// A percentile of sorted values, between two of them in proportion.
double percentile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

interval interval_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {percentile(values, 0.025), percentile(values, 0.975)};
}

}  // namespace

std::vector<estimate> bootstrap(std::size_t queries, const resampling& how, const sample_statistic& statistic) {
  std::vector<std::uint32_t> all(queries);
  std::iota(all.begin(), all.end(), 0u);
  std::vector<estimate> figures;
  for (const double value : statistic(all)) figures.push_back({value, {value, value}});
  if (how.resamples == 0 || queries == 0) return figures;

  std::vector<std::vector<double>> resampled(how.resamples);
  parallel_failure failure;
#pragma omp parallel
  {
    std::vector<std::uint32_t> sample;
#pragma omp for schedule(dynamic)
    for (std::int64_t r = 0; r < static_cast<std::int64_t>(how.resamples); ++r) {
      failure.guard([&] {
        sample.resize(queries);
        draw(sample, how.seed, static_cast<std::uint64_t>(r));
        resampled[static_cast<std::size_t>(r)] = statistic(sample);
      });
    }
  }
  failure.rethrow();
  for (std::size_t f = 0; f < figures.size(); ++f) {
    std::vector<double> values;
    for (const auto& figures_of_sample : resampled) values.push_back(figures_of_sample[f]);
    figures[f].between = interval_of(std::move(values));
  }
  return figures;
}

std::vector<estimate> bootstrap_means(std::span<const std::vector<double>> columns, const resampling& how) {
  const std::size_t queries = columns.empty() ? 0 : columns.front().size();
  return bootstrap(queries, how, [&](std::span<const std::uint32_t> sample) {
    std::vector<double> means;
    for (const auto& column : columns) {
      double sum = 0;
      for (const std::uint32_t query : sample) sum += column[query];
      means.push_back(sample.empty() ? 0 : sum / static_cast<double>(sample.size()));
    }
    return means;
  });
}

}  // namespace m2grl
