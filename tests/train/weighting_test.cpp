/// Task weights in a whole run: a single view is plain SGNS, several views share one mean.
#include <catch2/catch.hpp>
#include <cmath>

#include "train/catalogue.hpp"

using namespace m2grl;

TEST_CASE("a single view with learned weights is plain SGNS, bit for bit") {
  catalogue::inputs c;
  catalogue::fill(c, 300, 8, 2000, 20, 1);
  train_config cfg = catalogue::small_config();
  cfg.deterministic = true;
  const std::span<const view_input> alone(c.views.data(), 1);
  cfg.task_weights = weight_policy::normalised;
  const auto learned = train(cfg, alone);
  cfg.task_weights = weight_policy::fixed;
  const auto plain = train(cfg, alone);
  CHECK(learned.rounds > 3);
  CHECK(learned.learned.tasks[0].weight == 1.0);
  CHECK(learned.learned.tasks[0].log_variance == Approx(std::log(2 * learned.learned.tasks[0].loss)).margin(0.2));
  CHECK(catalogue::same_bits(learned.learned, plain.learned));
}

TEST_CASE("in every round the intra-view weights have mean 1 unless one is clipped, and follow exp(-s)") {
  catalogue::inputs c;
  catalogue::fill(c, 300, 8, 2000, 20, 2);
  train_config cfg = catalogue::small_config();
  train_options options;
  std::vector<double> s{0, 0, 0};  // as the round found them
  std::uint64_t differing = 0;
  options.on_progress = [&](const progress& now) {
    const double sum = std::exp(-s[0]) + std::exp(-s[1]);
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(now.tasks[t].weight == Approx(std::clamp(2 * std::exp(-s[t]) / sum, 0.25, 4.0)).epsilon(1e-12));
      s[t] = now.tasks[t].log_variance;
    }
    CHECK((now.tasks[0].weight + now.tasks[1].weight) / 2 == Approx(1.0));
    differing += std::abs(now.tasks[0].weight - now.tasks[1].weight) > 0.01;
  };
  const auto result = train(cfg, c.views, c.linked, options);
  CHECK(differing > 0);
  CHECK(result.learned.tasks[2].weight <= 4.0);
}

TEST_CASE("fixed weights scale the rate, raw ones are exp(-s)") {
  catalogue::inputs c;
  catalogue::fill(c, 100, 8, 300, 12, 3);
  const std::span<const view_input> alone(c.views.data(), 1);
  train_config cfg = catalogue::small_config();
  cfg.deterministic = true;
  cfg.task_weights = weight_policy::fixed;
  cfg.fixed_weights = {{"item", 0.5}};
  const auto halved = train(cfg, alone);
  cfg.fixed_weights.clear();
  cfg.learning_rate /= 2;
  const auto slower = train(cfg, alone);
  CHECK(halved.learned.tasks[0].weight == 0.5);
  CHECK(catalogue::same_bits(halved.learned.views[0].input, slower.learned.views[0].input));

  cfg.task_weights = weight_policy::raw;
  double s = 0;
  train_options options;
  options.on_progress = [&](const progress& now) {
    CHECK(now.tasks[0].weight == Approx(std::exp(-s)).epsilon(1e-12));
    s = now.tasks[0].log_variance;
  };
  (void)train(cfg, alone, {}, options);
}

TEST_CASE("a policy of the caller's own: asked before every round, and obeyed") {
  catalogue::inputs c;
  catalogue::fill(c, 300, 8, 2000, 20, 4);
  train_config cfg = catalogue::small_config();
  cfg.deterministic = true;
  SECTION("constant weights are those of the policy `fixed`") {
    cfg.task_weights = weight_policy::fixed;
    cfg.fixed_weights = {{"item", 0.5}};
    const auto wanted = train(cfg, c.views, c.linked);
    cfg.task_weights = weight_policy::normalised;
    cfg.fixed_weights.clear();
    train_options options;
    options.task_weights = [](std::span<const task_state> tasks, std::span<double> weights) {
      for (std::size_t t = 0; t < tasks.size(); ++t) weights[t] = tasks[t].name == "item" ? 0.5 : 1.0;
    };
    CHECK(catalogue::same_bits(train(cfg, c.views, c.linked, options).learned, wanted.learned));
  }
  SECTION("it sees losses and weights of the round before") {
    train_options options;
    std::uint64_t asked = 0;
    std::vector<double> losses(3, 0), given(3, 1);
    options.task_weights = [&](std::span<const task_state> tasks, std::span<double> weights) {
      for (std::size_t t = 0; t < 3; ++t) {
        CHECK(tasks[t].loss == losses[t]);
        CHECK(weights[t] == given[t]);
        given[t] = weights[t] = 1.0 / (1.0 + static_cast<double>(asked + t));
      }
      ++asked;
    };
    options.on_progress = [&](const progress& now) {
      CHECK(now.round == asked);
      for (std::size_t t = 0; t < 3; ++t) {
        CHECK(now.tasks[t].weight == given[t]);
        losses[t] = now.tasks[t].loss;
      }
    };
    const auto result = train(cfg, c.views, c.linked, options);
    CHECK(asked == result.rounds);
    CHECK(result.rounds > 3);
  }
  SECTION("a weight that is none is refused") {
    train_options options;
    options.task_weights = [](std::span<const task_state>, std::span<double> weights) { weights[1] = -1; };
    CHECK_THROWS_WITH(train(cfg, c.views, c.linked, options),
                      "the weight that train_options::task_weights gives task \"category\" is -1, it must be a finite "
                      "number >= 0");
  }
}
