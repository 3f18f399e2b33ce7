/// Divergence is an error that names its task and round, and leaves finite tables behind.
#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "m2grl/error.hpp"
#include "train/catalogue.hpp"
#include "train/schedule.hpp"

using namespace m2grl;

namespace {

/// Rounds until one reports a logit that is not finite; the number of rounds run.
std::uint64_t run_until_fault(const problem& p, backend& b, std::size_t* task) {
  const schedule s(p);
  for (std::uint64_t round = 0; round < s.rounds(); ++round) {
    b.launch(s.plan(round));
    const round_outcome outcome = b.wait();
    for (std::size_t t = 0; t < outcome.tallies.size(); ++t) {
      if (!outcome.tallies[t].non_finite) continue;
      *task = t;
      return round + 1;
    }
  }
  return 0;
}

}  // namespace

TEST_CASE("a learning rate a million times too large diverges, by name, and the tables stay finite") {
  catalogue::inputs c;
  catalogue::fill(c, 2000, 8, 1000, 20, 1);
  for (const auto optimizer : {optimizer_kind::sgd, optimizer_kind::adagrad}) {
    for (const std::uint32_t threads : {1u, 2u}) {
      for (const double rate : {0.025e6, 1e9, 1e12}) {
        train_config cfg = catalogue::small_config();
        cfg.learning_rate = rate;
        cfg.threads = threads;
        cfg.optimizer = optimizer;
        const problem p = make_problem(cfg, c.views, c.linked);
        const auto b = make_cpu_backend(p);
        std::size_t task = 99;
        const std::uint64_t rounds = run_until_fault(p, *b, &task);
        CAPTURE(threads, rate);
        REQUIRE(rounds > 0);
        CHECK(catalogue::all_finite(b->learned()));
        try {
          (void)train(cfg, c.views, c.linked);
          FAIL("training did not diverge");
        } catch (const diverged& e) {
          if (threads == 1) {
            CHECK(e.task() == p.task_name(task));
            CHECK(e.step() == rounds - 1);
          }
          CHECK(std::string(e.what()).find("\"" + e.task() + "\"") != std::string::npos);
          CHECK(std::string(e.what()).find("round " + std::to_string(e.step())) != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("an alignment that diverges is named, and the views stay as they were") {
  catalogue::inputs c;
  catalogue::fill(c, 500, 8, 2000, 20, 2);
  train_config cfg = catalogue::small_config();
  cfg.align_rate = 1e9;
  const problem p = make_problem(cfg, c.views, c.linked);
  const auto b = make_cpu_backend(p);
  std::size_t task = 99;
  REQUIRE(run_until_fault(p, *b, &task) > 0);
  CHECK(p.task_name(task) == "item~category");
  CHECK(catalogue::all_finite(b->learned()));
}

TEST_CASE("an infinity in one row is reported and does not spread") {
  catalogue::inputs c;
  catalogue::fill(c, 100, 8, 400, 20, 3);
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    train_config cfg = catalogue::small_config();
    const problem p = make_problem(cfg, c.views, c.linked);
    const auto b = make_cpu_backend(p);
    const schedule s(p);
    b->launch(s.plan(0));
    (void)b->wait();
    auto& input = const_cast<table&>(b->learned().views[0].input);  // the backend owns it, and is not const
    input[17][3] = bad;
    std::size_t task = 99;
    REQUIRE(run_until_fault(p, *b, &task) == 1);
    CHECK(p.task_name(task) == "item");
    input[17][3] = 0;
    CHECK(catalogue::all_finite(b->learned()));
  }
}
