/// The history of a run: what its points are made of, and how they stay few.
#include "train/history.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

struct round_of {
  std::vector<kernel::loss_tally> tallies;
  std::vector<task_state> states;
};

/// Round r: task 0 loses r + 1 a pair over 2 pairs, and weighs r; task 1 has pairs in every third round only.
round_of planted(std::uint64_t r) {
  round_of round;
  round.tallies.push_back({kernel::to_fixed_point(2.0 * static_cast<double>(r + 1)), 2, false});
  const bool has = r % 3 == 1;
  round.tallies.push_back({has ? kernel::to_fixed_point(0.5) : 0, has ? 1u : 0u, false});
  round.states.resize(2);
  round.states[0].weight = static_cast<double>(r);
  round.states[1].weight = 0.25;
  return round;
}

training_history recorded(std::uint64_t rounds, std::size_t capacity) {
  history_recorder recorder(2, capacity);
  for (std::uint64_t r = 0; r < rounds; ++r) {
    const round_of round = planted(r);
    recorder.add(round.tallies, round.states);
  }
  return recorder.history(5);
}

}  // namespace

TEST_CASE("history: thinned by halves, each point the mean of its rounds") {
  for (const std::uint64_t rounds : {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 1000}) {
    const training_history h = recorded(rounds, 8);
    INFO(rounds << " rounds");
    std::uint64_t length = 1;
    while ((rounds + length - 1) / length > 8) length *= 2;
    REQUIRE(h.rounds.size() == (rounds + length - 1) / length);
    CHECK(h.rounds_per_epoch == 5);
    CHECK(h.rounds.back() == rounds);
    for (std::size_t p = 0; p < h.rounds.size(); ++p) {
      const std::uint64_t first = p * length, end = std::min(rounds, first + length);
      CHECK(h.rounds[p] == end);
      const double mean = static_cast<double>(first + end - 1) / 2;
      CHECK(h.losses[p][0] == Approx(mean + 1));
      CHECK(h.weights[p][0] == Approx(mean).margin(1e-6));
      CHECK(h.losses[p][1] == (rounds == 1 ? 0.0f : 0.5f));  // also where no round of the point had a pair
      CHECK(h.weights[p][1] == 0.25f);
    }
  }
  CHECK(history_recorder(2).history(5).empty());
}

TEST_CASE("history: a point's loss weighs rounds by their pairs") {
  history_recorder recorder(1, 2);
  const std::vector<task_state> states(1);
  for (const auto& [loss, pairs] : {std::pair{3.0, 1u}, std::pair{1.0, 3u}, std::pair{8.0, 2u}}) {
    recorder.add(std::vector<kernel::loss_tally>{{kernel::to_fixed_point(loss * pairs), pairs, false}}, states);
  }
  const training_history h = recorder.history(1);
  REQUIRE(h.rounds == std::vector<std::uint64_t>{2, 3});
  CHECK(h.losses[0][0] == Approx(1.5));
  CHECK(h.losses[1][0] == Approx(8));
}

TEST_CASE("history: a training keeps what its progress told") {
  catalogue::inputs c;
  catalogue::fill(c, 200, 8, 400, 12, 1);
  std::vector<std::vector<double>> losses, weights;
  std::uint64_t rounds = 0;
  train_options options;
  options.on_progress = [&](const progress& now) {
    rounds = now.rounds;
    losses.emplace_back();
    weights.emplace_back();
    for (const task_state& task : now.tasks) {
      losses.back().push_back(task.loss);
      weights.back().push_back(task.weight);
    }
  };
  const auto result = train(catalogue::small_config(), c.views, c.linked, options);
  const training_history& h = result.learned.history;
  REQUIRE(rounds == losses.size());
  REQUIRE(h.rounds.size() == rounds);  // few enough to keep them all
  CHECK(h.rounds_per_epoch * 3 == rounds);
  for (std::size_t r = 0; r < rounds; ++r) {
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(h.losses[r][t] == Approx(losses[r][t]));
      CHECK(h.weights[r][t] == Approx(weights[r][t]));
    }
  }
  CHECK(h.losses[0][0] > h.losses[rounds - 1][0]);
}
