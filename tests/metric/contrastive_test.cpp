/// Loss and gradient of the product against the float64 reference.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "metric/contrastive.hpp"
#include "reference/metric.hpp"
#include "support/small_model.hpp"

using namespace m2grl;

namespace {

reference::matrix doubles(const table& t) {
  reference::matrix m;
  for (std::size_t r = 0; r < t.rows(); ++r) m.emplace_back(t[r].begin(), t[r].end());
  return m;
}

}  // namespace

TEST_CASE("metric: loss and gradient are the reference's, for dims that fill no cache line and blocks that overflow") {
  std::mt19937 random(3);
  for (const auto& [items, dim, out] : {std::array<std::size_t, 3>{1, 1, 1}, {7, 5, 3}, {64, 33, 31}, {130, 70, 65}}) {
    CAPTURE(items, dim, out);
    const table x = test::random_table(items, dim, random);
    const table m = test::random_table(out, dim, random);
    const double margin = std::sqrt(2.0 * static_cast<double>(dim * out));  // about the mean distance
    std::vector<metric::pair_term> terms;
    std::vector<reference::metric_pair> pairs;
    std::uniform_int_distribution<std::uint32_t> any(0, static_cast<std::uint32_t>(items - 1));
    for (int t = 0; t < 200; ++t) {
      terms.push_back({any(random), any(random), t % 3 == 0});
      pairs.push_back({terms.back().a, terms.back().b, terms.back().together});
    }
    table z(items, out), dz(items, out), dm(out, dim);
    metric::project_rows(x, m, items, z);
    const double loss = metric::contrastive(z, terms, margin, dz);
    metric::pull_back(dz, x, items, dm);
    CHECK(loss == Approx(reference::metric_loss(doubles(m), doubles(x), pairs, margin)).epsilon(1e-5));
    const auto expected = reference::metric_gradient(doubles(m), doubles(x), pairs, margin);
    double worst = 0, largest = 1e-30;
    for (std::size_t r = 0; r < out; ++r) {
      for (std::size_t c = 0; c < dim; ++c) {
        worst = std::max(worst, std::abs(expected[r][c] - static_cast<double>(dm[r][c])));
        largest = std::max(largest, std::abs(expected[r][c]));
      }
    }
    CHECK(worst / largest < 1e-5);
    for (std::size_t r = 0; r < out; ++r) {
      for (std::size_t c = dim; c < dm.stride(); ++c) CHECK(dm.data()[r * dm.stride() + c] == 0);
    }
  }
}

TEST_CASE("metric: coincident rows that belong apart have a loss and no direction") {
  table z(2, 4), dz(2, 4);
  const std::vector<metric::pair_term> terms{{0, 1, false}};
  CHECK(metric::contrastive(z, terms, 1.5, dz) == 2.25);
  for (const float value : dz[0]) CHECK(value == 0);
}
