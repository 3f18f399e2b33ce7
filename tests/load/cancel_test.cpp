/// A training that is told to stop does so within a second, and leaves a checkpoint that goes on.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>

#include "amount.hpp"
#include "support/process.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;
using clock_type = std::chrono::steady_clock;

TEST_CASE("cancel: a stop at any instant ends the run within a second, with a checkpoint that goes on") {
  const int trials = test::amount("M2GRL_CANCEL_TRIALS", 100);
  catalogue::inputs c;
  catalogue::fill(c, 500, 20, 2000, 10, 3);
  train_config cfg = catalogue::small_config();
  cfg.dim = 32;
  cfg.epochs = 100000;  // no end of its own
  cfg.checkpoint_seconds = 0.05;
  const test::temporary_folder folder;
  std::mt19937 random(7);
  double slowest = 0;
  std::uint64_t rounds = 0;
  [[maybe_unused]] int slow = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::stop_source stop;
    train_options options;
    options.device = device_kind::cpu;
    options.stop = stop.get_token();
    options.checkpoints = {folder / "checkpoint", true};
    std::atomic<clock_type::rep> asked{0};
    std::atomic<bool> begun{trial % 2 == 0};  // every other one from the first round on, else from before the start
    options.on_progress = [&](const progress&) {
      begun = true;
      begun.notify_all();
    };
    const auto pause = std::chrono::microseconds(random() % 60000);
    std::jthread canceller([&] {
      begun.wait(false);
      std::this_thread::sleep_for(pause);
      asked = clock_type::now().time_since_epoch().count();
      stop.request_stop();
    });
    const train_result result = train(cfg, c.views, c.linked, options);
    const auto ended = clock_type::now();
    const std::chrono::duration<double> took = ended - clock_type::time_point(clock_type::duration(asked.load()));
    CAPTURE(trial);
    REQUIRE(result.stopped);
    REQUIRE(result.kept);
    REQUIRE(result.resumed_from_round == rounds);  // the checkpoint of the trial before
    rounds = result.rounds;
    slowest = std::max(slowest, took.count());
    slow += took.count() >= 1 ? 1 : 0;
  }
#if !defined(M2GRL_ASAN) && !defined(M2GRL_TSAN)
  CHECK(slow <= trials / 50);  // where others hold the cores, one or the other may wait for its turn
#endif
  CHECK(rounds > 0);
  std::printf("cancelled %d times, at most %.3f s after the request, %llu rounds done\n", trials, slowest,
              static_cast<unsigned long long>(rounds));
}
