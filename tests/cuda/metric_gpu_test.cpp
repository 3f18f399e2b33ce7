/// The metric's training on a device against the CPU's.
#include <catch2/catch.hpp>
#include <cmath>

#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "support/styles.hpp"

using namespace m2grl;
using test::styles;

namespace {

metric_options options_of(std::uint32_t dim, std::uint32_t batch, std::uint32_t epochs) {
  metric_options o;
  o.dim = dim;
  o.batch = batch;
  o.epochs = epochs;
  o.window = 2;
  o.learning_rate = 0.01;
  return o;
}

ragged sessions() {
  std::mt19937 random(77);
  return styles::sessions(random, 300);
}

double difference(const table& a, const table& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.dim() == b.dim());
  double most = 0;
  for (std::size_t r = 0; r < a.rows(); ++r) {
    for (std::size_t c = 0; c < a.dim(); ++c) most = std::max(most, std::abs(double{a[r][c]} - double{b[r][c]}));
  }
  return most;
}

struct trained {
  metric_model metric;
  std::vector<double> losses;
};

trained train_on(device_kind device, const model& m, const ragged& log, const metric_options& o) {
  trained t;
  t.metric = train_metric(
      m, log, o, [&](const metric_progress& now) { t.losses.push_back(now.loss); }, device);
  return t;
}

}  // namespace

TEST_CASE("device: a metric's steps are the CPU's up to rounding") {
  const model m = styles::planted();
  const ragged log = sessions();  // 900 pairs
  const auto dim = GENERATE(1u, 16u, 33u);
  const auto batch = GENERATE(1000u, 128u, 7u);  // one step; several and a rest; more steps than slots
  metric_options o = options_of(dim, batch, 2);
  if (dim == 16) o.instance = metric_instance::both;
  CAPTURE(dim, batch);
  const trained cpu = train_on(device_kind::cpu, m, log, o), gpu = train_on(device_kind::cuda, m, log, o);
  REQUIRE(gpu.losses.size() == 2);
  for (std::size_t e = 0; e < 2; ++e) CHECK(gpu.losses[e] == Approx(cpu.losses[e]).epsilon(batch == 7 ? 1e-3 : 1e-5));
  // Adam divides by the gradient's size: where that is all rounding, a step's direction is, too.
  CHECK(difference(gpu.metric.matrix, cpu.metric.matrix) < (batch == 7 ? 2e-2 : 1e-3));
  CHECK(gpu.metric.pairs == cpu.metric.pairs);
}

TEST_CASE("device: a metric that diverges is told") {
  metric_options o = options_of(8, 128, 2);
  o.learning_rate = 1e300;
  CHECK_THROWS_AS(train_on(device_kind::cuda, styles::planted(), sessions(), o), diverged);
}
