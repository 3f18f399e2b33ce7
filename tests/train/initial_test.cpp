/// What training starts from.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "train/backend.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

struct moments {
  double mean = 0, variance = 0, fourth = 0, largest = 0;
};
moments moments_of(const table& t) {
  moments m;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    for (const float value : t[row]) {
      const double x = static_cast<double>(value);
      m.mean += x, m.variance += x * x, m.fourth += x * x * x * x;
      m.largest = std::max(m.largest, std::abs(x));
    }
  }
  const auto count = static_cast<double>(t.rows() * t.dim());
  m.mean /= count, m.variance /= count, m.fourth /= count;
  return m;
}

embeddings initial(const train_config& cfg) {
  catalogue::inputs c;
  catalogue::fill(c, 3000, 100, 100, 5, 1);
  return initial_embeddings(make_problem(cfg, c.views, c.linked));
}

}  // namespace

TEST_CASE("inputs start uniform in +- init_scale / dim, outputs at zero") {
  train_config cfg;
  cfg.dim = 50;
  for (const double scale : {0.5, 1.0, 8.0}) {
    cfg.init_scale = scale;
    const embeddings e = initial(cfg);
    const double range = scale / 50;
    const moments m = moments_of(e.views[0].input);  // 150,000 values; bounds of five standard errors
    CAPTURE(scale, m.mean, m.variance, m.largest);
    CHECK(m.largest <= range);
    CHECK(m.largest > 0.9999 * range);
    CHECK(std::abs(m.mean) < 5 * range / std::sqrt(3.0 * 150'000));
    CHECK(m.variance == Approx(range * range / 3).epsilon(5 * std::sqrt(0.8 / 150'000)));
    CHECK(m.fourth == Approx(std::pow(range, 4) / 5).epsilon(5 * std::sqrt(16.0 / 9 / 150'000)));
    CHECK(moments_of(e.views[0].output).largest == 0);
  }
}

TEST_CASE("initial values depend on seed, view and node, and only scale with init_scale") {
  train_config cfg;
  cfg.dim = 16;
  const auto row = [&](std::uint32_t view, std::size_t node) {
    std::vector<float> values(cfg.dim);
    draw_initial_row(values, cfg, view, node);
    return values;
  };
  const auto first = row(0, 7);
  CHECK(row(0, 7) == first);
  CHECK(row(1, 7) != first);
  CHECK(row(0, 8) != first);
  cfg.seed = 2;
  CHECK(row(0, 7) != first);
  cfg.seed = 1;
  cfg.init_scale = 4;  // a power of two times as wide: exactly
  auto wide = row(0, 7);
  for (float& value : wide) value /= 8;
  CHECK(wide == first);
}
