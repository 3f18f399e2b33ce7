/// Intervals of the bootstrap against the normal approximation, and where there is nothing to draw.
#include <omp.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "evaluate/bootstrap.hpp"

using namespace m2grl;

namespace {

/// A tenth of 2,000 values is 1, the others 0.
const std::vector<std::vector<double>>& tenth() {
  static const auto columns = [] {
    std::vector<std::vector<double>> made(1, std::vector<double>(2000, 0.0));
    for (std::size_t q = 0; q < 2000; q += 10) made[0][q] = 1;
    return made;
  }();
  return columns;
}

}  // namespace

TEST_CASE("bootstrap: the interval of a share is that of the normal approximation") {
  const auto found = bootstrap_means(tenth(), {2000, 5}).at(0);
  const double half = 1.96 * std::sqrt(0.1 * 0.9 / 2000);
  CHECK(found.value == Approx(0.1));
  CHECK(found.between.low == Approx(0.1 - half).epsilon(0.03));
  CHECK(found.between.high == Approx(0.1 + half).epsilon(0.03));
}

TEST_CASE("bootstrap: the seed decides, the number of threads does not") {
  const auto found = bootstrap_means(tenth(), {200, 5}).at(0);
  const int threads = omp_get_max_threads();
  omp_set_num_threads(3);
  const auto again = bootstrap_means(tenth(), {200, 5}).at(0);
  omp_set_num_threads(threads);
  CHECK(again.between.low == found.between.low);
  CHECK(again.between.high == found.between.high);
  const auto other = bootstrap_means(tenth(), {200, 6}).at(0);
  CHECK((other.between.low != found.between.low || other.between.high != found.between.high));
}

TEST_CASE("bootstrap: percentiles lie between neighbouring values in proportion") {
  // Three resamples of one query whose statistic counts the calls: 0 for all queries, then 1, 2, 3 in some order.
  int calls = 0;
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto found = bootstrap(
      1, {3, 1}, [&](std::span<const std::uint32_t>) { return std::vector<double>{static_cast<double>(calls++)}; });
  omp_set_num_threads(threads);
  CHECK(found.at(0).value == 0);
  CHECK(found.at(0).between.low == Approx(1.05));
  CHECK(found.at(0).between.high == Approx(2.95));
}

TEST_CASE("bootstrap: without resamples or without queries the interval has no width") {
  const auto plain = bootstrap_means(tenth(), {0, 5}).at(0);
  CHECK(plain.between.low == plain.value);
  CHECK(plain.between.high == plain.value);
  const std::vector<std::vector<double>> none(2);
  for (const estimate& nothing : bootstrap_means(none, {})) {
    CHECK(nothing.value == 0);
    CHECK(nothing.between.high == 0);
  }
}

TEST_CASE("bootstrap: a fault of the statistic reaches the caller") {
  std::atomic<int> calls{0};
  const auto failing = [&](std::span<const std::uint32_t>) -> std::vector<double> {
    if (calls++ > 0) throw std::runtime_error("no figure");
    return {1.0};
  };
  CHECK_THROWS_WITH(bootstrap(10, {20, 1}, failing), "no figure");
}
