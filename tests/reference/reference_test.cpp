/// The reference's gradients, proved by central differences of its losses.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>

#include "reference/alignment.hpp"
#include "reference/metric.hpp"
#include "reference/sgns.hpp"

using namespace reference;

namespace {

constexpr double step = 1e-5, tolerance = 1e-6;

matrix random_matrix(std::mt19937_64& random, std::size_t rows, std::size_t columns, double scale) {
  std::normal_distribution<double> normal(0, scale);
  matrix m(rows, vector(columns));
  for (vector& row : m) {
    for (double& value : row) value = normal(random);
  }
  return m;
}

/// Largest |numeric − analytic| over all entries of m, relative to the largest |analytic|.
double gradient_error(matrix& m, const matrix& analytic, const std::function<double()>& loss) {
  double worst = 0, largest = 0;
  for (std::size_t r = 0; r < m.size(); ++r) {
    for (std::size_t c = 0; c < m[r].size(); ++c) {
      const double value = m[r][c];
      m[r][c] = value + step;
      const double above = loss();
      m[r][c] = value - step;
      const double below = loss();
      m[r][c] = value;
      worst = std::max(worst, std::abs((above - below) / (2 * step) - analytic[r][c]));
      largest = std::max(largest, std::abs(analytic[r][c]));
    }
  }
  REQUIRE(largest > 0);
  return worst / largest;
}

}  // namespace

TEST_CASE("SGNS gradients agree with finite differences") {
  std::mt19937_64 random(11);
  for (const std::uint32_t masked : {0u, 0b10100u}) {
    matrix x = random_matrix(random, 7, 9, 0.6), t = random_matrix(random, 6, 9, 0.6);
    const auto loss = [&] { return sgns_loss(x, t, masked); };
    const sgns_gradients g = sgns_gradient(x, t, masked);
    CHECK(gradient_error(x, g.x, loss) < tolerance);
    CHECK(gradient_error(t, g.t, loss) < tolerance);
    if (masked != 0) CHECK(dot(g.t[2], g.t[2]) + dot(g.t[4], g.t[4]) == 0);
  }
}

TEST_CASE("SGNS gradients of logits held to a limit agree with finite differences") {
  std::mt19937_64 random(14);
  matrix x = random_matrix(random, 7, 9, 0.9), t = random_matrix(random, 6, 9, 0.9);
  constexpr double limit = 1;
  int beyond = 0;
  for (const auto& context : x) {
    for (const auto& output : t) {
      const double size = std::abs(dot(context, output));
      REQUIRE(std::abs(size - limit) > 1e-3);  // no difference is taken across the bend
      beyond += size > limit ? 1 : 0;
    }
  }
  REQUIRE(beyond > 5);
  REQUIRE(beyond < 37);
  const auto loss = [&] { return sgns_loss(x, t, 0, limit); };
  const sgns_gradients g = sgns_gradient(x, t, 0, limit);
  CHECK(gradient_error(x, g.x, loss) < tolerance);
  CHECK(gradient_error(t, g.t, loss) < tolerance);
}

TEST_CASE("alignment gradients agree with finite differences") {
  std::mt19937_64 random(12);
  for (const activation f : {activation::identity, activation::sigmoid, activation::tanh}) {
    for (const bool shared : {false, true}) {
      alignment at;
      at.f = f;
      at.a = random_matrix(random, 5, 8, 0.5);
      at.b = random_matrix(random, 4, 8, 0.5);
      at.w_a = random_matrix(random, 6, 8, 0.4);
      if (!shared) at.w_b = random_matrix(random, 6, 8, 0.4);
      at.bias = -0.3;
      const std::vector<alignment_pair> batch{{0, 1, {2, 3}}, {0, 1, {0, 0}}, {3, 2, {1}}, {4, 0, {}}};
      const auto loss = [&] { return alignment_loss(at, batch); };
      const alignment g = alignment_gradient(at, batch);
      CHECK(gradient_error(at.a, g.a, loss) < tolerance);
      CHECK(gradient_error(at.b, g.b, loss) < tolerance);
      CHECK(gradient_error(at.w_a, g.w_a, loss) < tolerance);
      if (!shared) CHECK(gradient_error(at.w_b, g.w_b, loss) < tolerance);
      alignment above = at, below = at;
      above.bias += step;
      below.bias -= step;
      const double numeric = (alignment_loss(above, batch) - alignment_loss(below, batch)) / (2 * step);
      CHECK(std::abs(numeric - g.bias) < tolerance * std::abs(g.bias));
    }
  }
}

TEST_CASE("task weight gradients agree with finite differences") {
  const vector losses{0.3, 4.1, 2.0};
  matrix s{{-0.5, 1.2, 3}};
  const matrix analytic{weighted_loss_gradient(s[0], losses)};
  CHECK(gradient_error(s, analytic, [&] { return weighted_loss(s[0], losses); }) < tolerance);
}

TEST_CASE("metric gradients agree with finite differences") {
  std::mt19937_64 random(14);
  matrix m = random_matrix(random, 5, 9, 0.4);
  const matrix x = random_matrix(random, 6, 9, 0.5);
  const std::vector<metric_pair> pairs{{0, 1, true}, {0, 2, false}, {3, 1, false}, {4, 5, true}, {0, 2, false}};
  for (const double margin : {0.5, 2.0, 10.0}) {
    const auto loss = [&] { return metric_loss(m, x, pairs, margin); };
    CHECK(gradient_error(m, metric_gradient(m, x, pairs, margin), loss) < tolerance);
  }
}

TEST_CASE("a logit's softplus is exact where exp overflows or vanishes") {
  CHECK(softplus(1000) == 1000);
  CHECK(softplus(-1000) == 0);
  CHECK(softplus(0) == Approx(std::log(2.0)).epsilon(1e-15));
}
