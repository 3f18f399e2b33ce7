/// Learned task weights: where s_t settles, and the bounds of the normalised weights.
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "m2grl/kernel/logistic.hpp"
#include "m2grl/kernel/task_weights.hpp"
#include "reference/alignment.hpp"

using namespace m2grl::kernel;

TEST_CASE("with the loss frozen s settles at ln(2 L), from anywhere") {
  for (const double loss : {0.02, 0.5, 1.0, 4.2, 300.0}) {
    for (const double start : {-3.0, 0.0, 6.0}) {
      double s = start;
      for (int round = 0; round < 5000; ++round) s = updated_log_variance(s, loss, 0.05, false);
      CHECK(s == Approx(std::log(2 * loss)).margin(1e-9));
    }
    CHECK(updated_log_variance(0, loss, 0.05, true) == Approx(std::log(2 * loss)).epsilon(1e-14));
  }
}

TEST_CASE("one update is a step down the reference's gradient") {
  const reference::vector s{-1, 0.3, 2}, losses{0.4, 2.5, 1.0};
  const auto gradient = reference::weighted_loss_gradient(s, losses);
  for (std::size_t t = 0; t < 3; ++t) {
    CHECK(updated_log_variance(s[t], losses[t], 0.05, false) == Approx(s[t] - 0.05 * gradient[t]).epsilon(1e-14));
  }
}

TEST_CASE("s stays within its bounds whatever the loss") {
  for (const double loss : {0.0, 1e-300, 1e300}) {
    double s = updated_log_variance(0, loss, 0.05, true);
    for (int round = 0; round < 1000; ++round) {
      CHECK((s >= min_log_variance && s <= max_log_variance));
      s = updated_log_variance(s, loss, 0.05, false);
    }
    CHECK(s == (loss > 1 ? max_log_variance : min_log_variance));
  }
}

TEST_CASE("normalised weights: the intra-view tasks' mean is 1, each within a quarter and 4") {
  const std::vector<double> s{0.1, -0.4, 0.9};
  double sum = 0, mean = 0;
  for (const double value : s) sum += std::exp(-value);
  for (const double value : s) mean += normalised_weight(value, sum, 3) / 3;
  CHECK(mean == Approx(1.0).epsilon(1e-14));
  CHECK(normalised_weight(-4, sum, 3) == max_task_weight);  // an alignment task that is nearly solved
  CHECK(normalised_weight(8, sum, 3) == min_task_weight);
  for (const double value : {-4.0, -0.123456789, 0.0, 1.7, 8.0}) {
    CHECK(normalised_weight(value, std::exp(-value), 1) == 1.0);  // exactly
  }
}

TEST_CASE("loss tallies are exact and free of order") {
  std::vector<double> losses;
  for (int i = 0; i < 10000; ++i) losses.push_back(std::ldexp(1 + i % 1000, -10 + i % 7));
  loss_tally forward, backward;
  double exact = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    forward.loss += to_fixed_point(losses[i]);
    backward.loss += to_fixed_point(losses[losses.size() - 1 - i]);
    exact += losses[i];
  }
  forward.pairs = losses.size();
  CHECK(forward.loss == backward.loss);
  CHECK(forward.mean() == exact / 10000);  // every value is a multiple of the unit
  CHECK(loss_tally{}.mean() == 0);
}

TEST_CASE("a task's weight under each policy") {
  using m2grl::weight_policy;
  const double sum = std::exp(-0.5) + std::exp(1.0);
  CHECK(task_weight(weight_policy::normalised, 0.5, sum, 2, 7) == Approx(2 * std::exp(-0.5) / sum).epsilon(1e-14));
  CHECK(task_weight(weight_policy::raw, 0.5, sum, 2, 7) == Approx(std::exp(-0.5)).epsilon(1e-14));
  CHECK(task_weight(weight_policy::fixed, 0.5, sum, 2, 7) == 7);
}

TEST_CASE("loss and gradient of a logit are those of float64, without overflow, and flat beyond a limit") {
  for (const bool positive : {true, false}) {
    for (const double z : {-9e4, -200.0, -20.0, -1.5, -1e-3, 0.0, 1e-3, 0.7, 30.0, 200.0, 9e4}) {
      const auto got = logistic_of(static_cast<float>(z), positive);
      const double s = positive ? -z : z, sigma = 1 / (1 + std::exp(-z));
      const double loss = std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s)));
      CAPTURE(z, positive);
      CHECK(static_cast<double>(got.loss) == Approx(loss).epsilon(1e-6).margin(1e-30));
      CHECK(static_cast<double>(got.gradient) == Approx((positive ? 1.0 : 0.0) - sigma).epsilon(1e-6).margin(1e-7));
    }
  }
  using m2grl::kernel::logistic_within;
  for (const bool positive : {true, false}) {
    for (const float z : {-7.0f, -6.0f, -5.9f, 0.0f, 5.9f, 6.0f, 7.0f}) {
      const auto free = logistic_of(std::clamp(z, -6.0f, 6.0f), positive), held = logistic_within(z, positive, 6);
      CHECK(held.loss == free.loss);
      CHECK(held.gradient == (std::abs(z) < 6 ? free.gradient : 0.0f));
    }
  }
  CHECK(usable_logit(-9e4f));
  CHECK_FALSE(usable_logit(1.1e5f));
  CHECK_FALSE(usable_logit(std::nanf("")));
}
