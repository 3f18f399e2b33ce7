/// The trainer: reproducibility, rounds, schedule, early stopping, progress.
#include <catch2/catch.hpp>
#include <cmath>

#include "train/catalogue.hpp"
#include "train/schedule.hpp"

using namespace m2grl;

namespace {

table copy_input(const embeddings& e) { return e.views[0].input.clone(); }

}  // namespace

TEST_CASE("deterministic training: same seed, same bits; another seed, other bits") {
  catalogue::inputs c;
  catalogue::fill(c, 200, 8, 400, 12, 1);
  for (const bool walks : {false, true}) {
    for (const auto optimizer : {optimizer_kind::sgd, optimizer_kind::adagrad}) {
      train_config cfg = catalogue::small_config();
      cfg.deterministic = true;
      cfg.threads = 7;  // deterministic overrides it
      cfg.optimizer = optimizer;
      c.views[0].source = walks ? sequence_source::walks : sequence_source::sessions;
      const auto first = train(cfg, c.views, c.linked), second = train(cfg, c.views, c.linked);
      CHECK(catalogue::all_finite(first.learned));
      CHECK(catalogue::same_bits(first.learned, second.learned));
      ++cfg.seed;
      const auto other = train(cfg, c.views, c.linked);
      CHECK_FALSE(catalogue::same_bits(first.learned.views[0].input, other.learned.views[0].input));
      CHECK_FALSE(catalogue::same_bits(first.learned.views[0].output, other.learned.views[0].output));
    }
  }
}

TEST_CASE("a limit on logits: nothing changes where no logit comes to it, and vectors stay small where many do") {
  catalogue::inputs c;
  catalogue::fill(c, 200, 8, 400, 12, 1);
  c.linked.clear();
  const auto trained = [&](double limit) {
    train_config cfg = catalogue::small_config();
    cfg.deterministic = true;
    cfg.epochs = 20;
    cfg.learning_rate = 0.1;
    cfg.logit_limit = limit;
    return train(cfg, c.views, c.linked);
  };
  const auto largest = [](const embeddings& e) {
    double found = 0;
    for (std::size_t i = 0; i < e.views[0].input.rows(); ++i) {
      for (std::size_t j = 0; j < e.views[0].output.rows(); ++j) {
        double z = 0;
        for (std::size_t d = 0; d < e.views[0].input.dim(); ++d) {
          z += static_cast<double>(e.views[0].input[i][d]) * static_cast<double>(e.views[0].output[j][d]);
        }
        found = std::max(found, std::abs(z));
      }
    }
    return found;
  };
  const auto free = trained(0);
  CHECK(largest(free.learned) > 2.5);
  CHECK(largest(trained(0.01).learned) < 0.1);  // of all pairs, those too that never met
  CHECK(catalogue::same_bits(free.learned, trained(1000).learned));
}

// At a rate this small the outputs stay near their first value, zero, and every logit's loss is ln 2: what the
// exact tallies then count is which windows and which masked negatives were drawn.
TEST_CASE("the number of threads changes neither pairs nor draws") {
  catalogue::inputs c;
  catalogue::fill(c, 300, 8, 400, 20, 2);
  for (const bool walks : {false, true}) {
    c.views[0].source = walks ? sequence_source::walks : sequence_source::sessions;
    train_config cfg = catalogue::small_config();
    cfg.subsample = 0.02;
    cfg.learning_rate = 1e-30;
    cfg.task_weights = weight_policy::fixed;
    const auto one = train(cfg, c.views, c.linked);
    for (const std::uint32_t threads : {2u, 3u}) {
      cfg.threads = threads;
      const auto many = train(cfg, c.views, c.linked);
      for (std::size_t t = 0; t < 3; ++t) {
        CHECK(many.learned.tasks[t].pairs == one.learned.tasks[t].pairs);
        CHECK(many.learned.tasks[t].loss == one.learned.tasks[t].loss);
      }
    }
    ++cfg.seed;
    CHECK(train(cfg, c.views, c.linked).learned.tasks[0].loss != one.learned.tasks[0].loss);
  }
}

TEST_CASE("an epoch trains each sequence once: pairs counted by hand") {
  catalogue::inputs c;
  catalogue::fill(c, 5000, 8, 2000, 30, 3);  // more than one round an epoch
  for (const auto side : {window_side::both, window_side::past}) {
    train_config cfg = catalogue::small_config();
    cfg.dim = 4;
    cfg.epochs = 2;
    cfg.side = side;
    cfg.size = window_size::fixed;
    cfg.window = 4;
    const auto result = train(cfg, c.views, c.linked);
    const std::uint64_t ordered = 4 * 30 - (1 + 2 + 3 + 4);  // pairs with one side, per sequence of 30
    const std::uint64_t expected = ordered * (side == window_side::both ? 2 : 1) * 2000 * 2;
    CHECK(result.rounds == 2 * 15);  // 120,000 positions of both views an epoch, 8,192 a round
    CHECK(result.epochs == 2);
    CHECK(result.learned.tasks[0].pairs == expected);
    CHECK(result.learned.tasks[1].pairs == expected);
    CHECK(result.learned.tasks[2].pairs == 2 * 2000 * 30);  // one linked pair for each occurrence of an item
    CHECK(result.pairs == 2 * expected + 2 * 60000);
  }
}

TEST_CASE("rounds slice every task without gap or overlap") {
  catalogue::inputs c;
  catalogue::fill(c, 97, 5, 6001, 17, 4);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 2;
  c.views[0].source = sequence_source::walks;
  const problem p = make_problem(cfg, c.views, c.linked);
  const schedule s(p);
  REQUIRE(s.rounds_per_epoch() > 2);
  CHECK(s.rounds() == 2 * s.rounds_per_epoch());
  for (std::size_t t = 0; t < p.tasks(); ++t) {
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
      std::uint64_t next = 0;
      for (std::uint64_t r = 0; r < s.rounds_per_epoch(); ++r) {
        const round_plan plan = s.plan(epoch * s.rounds_per_epoch() + r);
        CHECK(plan.epoch == epoch);
        REQUIRE(plan.slices.size() == 3);
        CHECK(plan.slices[t].count <= s.largest_slices()[t]);
        CHECK(plan.slices[t].count + 1 >= s.largest_slices()[t]);
        CHECK(plan.slices[t].first == next);
        next += plan.slices[t].count;
      }
      CHECK(next == p.items(t));
    }
  }
}

TEST_CASE("the learning rate rises over the warm-up, then falls to its least") {
  catalogue::inputs c;
  catalogue::fill(c, 500, 5, 5000, 20, 5);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 10;
  cfg.learning_rate = 0.04;
  for (const auto& [warmup, least] : {std::pair{0.0, 0.0}, {0.25, 0.0}, {0.1, 0.01}}) {
    cfg.warmup = warmup;
    cfg.min_learning_rate = least;
    const problem p = make_problem(cfg, c.views, c.linked);
    const schedule s(p);
    const auto rounds = static_cast<double>(s.rounds());
    REQUIRE(rounds >= 40);
    for (std::uint64_t r = 0; r < s.rounds(); ++r) {
      const double done = (static_cast<double>(r) + 0.5) / rounds;
      const double expected = done < warmup ? 0.04 * done / warmup : std::max(least, 0.04 * (1 - done) / (1 - warmup));
      CHECK(s.learning_rate(r) == Approx(expected).epsilon(1e-12));
      CHECK(s.plan(r).learning_rate == s.learning_rate(r));
    }
  }
}

TEST_CASE("early stopping keeps the best epoch's tables") {
  catalogue::inputs c;
  catalogue::fill(c, 200, 8, 300, 12, 6);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 9;
  cfg.patience = 2;
  const std::vector<double> scores{0.1, 0.5, 0.4, 0.5, 0.9, 0.9, 0.9, 0.9, 0.9};
  std::vector<table> after;
  train_options options;
  options.validate = [&](const embeddings& e) {
    after.push_back(copy_input(e));
    return scores[after.size() - 1];
  };
  const auto result = train(cfg, c.views, c.linked, options);
  CHECK(result.epochs == 4);  // epochs 3 and 4 are no better than epoch 2
  CHECK(result.best_epoch == 2);
  CHECK_FALSE(result.stopped);
  CHECK(catalogue::same_bits(result.learned.views[0].input, after[1]));
  CHECK_FALSE(catalogue::same_bits(after[1], after[3]));

  cfg.patience = 0;  // off: never asked
  after.clear();
  const auto whole = train(cfg, c.views, c.linked, options);
  CHECK(whole.epochs == 9);
  CHECK(whole.best_epoch == 9);
  CHECK(after.empty());
}

TEST_CASE("a stop token ends the run after the round in which it was raised") {
  catalogue::inputs c;
  catalogue::fill(c, 500, 8, 2400, 20, 7);
  std::stop_source source;
  train_options options;
  options.stop = source.get_token();
  options.on_progress = [&](const progress& now) {
    if (now.round == 2) source.request_stop();
  };
  const auto result = train(catalogue::small_config(), c.views, c.linked, options);
  CHECK(result.stopped);
  CHECK(result.rounds == 2);
  CHECK(result.epochs == 0);  // three rounds make one
  CHECK(catalogue::all_finite(result.learned));

  const auto none = train(catalogue::small_config(), c.views, c.linked, options);  // already raised
  CHECK(none.stopped);
  CHECK(none.rounds == 0);
}

TEST_CASE("progress figures agree with each other and with the result") {
  catalogue::inputs c;
  catalogue::fill(c, 500, 8, 2400, 20, 8);
  const train_config cfg = catalogue::small_config();
  const problem p = make_problem(cfg, c.views, c.linked);
  const schedule s(p);
  std::uint64_t calls = 0, pairs = 0;
  double seconds = 0;
  train_options options;
  options.on_progress = [&](const progress& now) {
    CHECK(now.round == ++calls);
    CHECK(now.rounds == s.rounds());
    CHECK(now.epoch == now.round / s.rounds_per_epoch());
    CHECK(now.epochs == cfg.epochs);
    CHECK(now.epoch_ended == (now.round % s.rounds_per_epoch() == 0));
    CHECK(now.learning_rate == s.learning_rate(now.round - 1));
    CHECK(now.seconds >= seconds);
    CHECK(now.pairs > pairs);
    REQUIRE(now.tasks.size() == 3);
    std::uint64_t sum = 0;
    for (const task_state& task : now.tasks) {
      CHECK((std::isfinite(task.loss) && task.loss > 0));
      sum += task.pairs;
    }
    CHECK(sum == now.pairs);
    CHECK(now.tasks[2].name == "item~category");
    seconds = now.seconds;
    pairs = now.pairs;
  };
  const auto result = train(cfg, c.views, c.linked, options);
  CHECK(calls == result.rounds);
  CHECK(pairs == result.pairs);
  CHECK(result.seconds >= seconds);
}

TEST_CASE("a view that walks without a graph walks on the transitions of its sequences") {
  catalogue::inputs c;
  catalogue::fill(c, 200, 8, 400, 12, 3);
  train_config cfg = catalogue::small_config();
  cfg.deterministic = true;
  view_input& view = c.views[0];
  view.source = sequence_source::walks;
  view.walks.kind = walk_kind::weighted;
  std::vector<std::uint32_t> weights;
  for (std::size_t i = 0; i < view.sequences.ids.size(); ++i) weights.push_back(1 + static_cast<std::uint32_t>(i % 9));
  view.event_weights = weights;
  const std::vector<std::uint64_t> counts(view.nodes, 1);
  view.counts = counts;
  for (const bool directed : {false, true}) {
    view.directed = directed;
    const csr_graph graph = build_transition_graph(view.sequences, view.nodes, directed, weights);
    view.graph = &graph;
    const auto given = train(cfg, c.views, c.linked);
    view.graph = nullptr;
    CHECK(catalogue::same_bits(train(cfg, c.views, c.linked).learned, given.learned));
  }
}
