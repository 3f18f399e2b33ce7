/// Statistics: planted partitions are recovered as well by many workers as by one thread, and the scaling of hot
/// rows' deltas is what makes it so.
#include <catch2/catch.hpp>
#include <cmath>

#include "support/planted.hpp"
#include "support/staged_vocabulary.hpp"
#include "train/catalogue.hpp"
#include "train/samplers.hpp"
#include "train/schedule.hpp"

using namespace m2grl;

namespace {

constexpr std::size_t neighbours = 5;
constexpr std::uint32_t dim = 16;

struct outcome {
  double purity = 0;
  double loss = 0;  ///< mean per pair over the last epoch
  bool diverged = false;
};

train_config planted_config(std::uint32_t threads, std::uint32_t epochs) {
  train_config cfg;
  cfg.dim = dim;
  cfg.epochs = epochs;
  cfg.threads = threads;
  cfg.size = window_size::fixed;
  cfg.task_weights = weight_policy::fixed;
  return cfg;
}

view_input view_of(const support::planted_partition& g) {
  view_input view;
  view.name = "node";
  view.nodes = g.nodes;
  view.sequences = g.sequences;
  return view;
}

/// The product: Hogwild threads on the CPU's vocabulary.
outcome train_threads(const support::planted_partition& g, const train_config& cfg) {
  const view_input view = view_of(g);
  const train_result result = train(cfg, std::span(&view, 1));
  return {support::purity(g, result.learned.views[0].input, neighbours), result.learned.tasks[0].loss, false};
}

/// `workers` stale workers on the test vocabulary; with or without factors on hot rows.
outcome train_workers(const support::planted_partition& g, std::size_t workers, bool scaled, const train_config& cfg) {
  const view_input view = view_of(g);
  const problem p = make_problem(cfg, std::span(&view, 1), {});
  const std::uint32_t epochs = cfg.epochs;
  const auto noise = negative_probabilities(g.counts, p.cfg.sampler, p.cfg.alpha);
  const hot_row_factors hot =
      hot_rows(g.counts, noise, p.cfg.window, p.cfg.negatives, static_cast<double>(workers), capacity_of(p.cfg));
  embeddings e = initial_embeddings(p);
  const auto rows = [&](table& t, const std::vector<float>& factors) {
    return cpu::table_rows{t.data(), t.stride(), scaled && !factors.empty() ? factors.data() : nullptr, nullptr};
  };
  support::stale_rows inputs(rows(e.views[0].input, hot.input), g.nodes, dim);
  support::stale_rows outputs(rows(e.views[0].output, hot.output), g.nodes, dim);
  constexpr std::size_t slices = 8;  // of an epoch, each at its own rate
  outcome result;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    kernel::loss_tally total;
    for (std::size_t slice = 0; slice < slices; ++slice) {
      ragged part;
      for (std::size_t s = slice * g.sequences.size() / slices; s < (slice + 1) * g.sequences.size() / slices; ++s) {
        part.ids.insert(part.ids.end(), g.sequences[s].begin(), g.sequences[s].end());
        part.end_row();
      }
      auto options = p.views[0].options(p.cfg, epoch);
      options.task = static_cast<std::uint32_t>(slice);  // sequences are numbered anew in each slice
      const double done = (epoch + (static_cast<double>(slice) + 0.5) / slices) / epochs;
      const auto tally = support::train_stale(inputs, outputs, options, dim,
                                              static_cast<float>(p.cfg.learning_rate * (1 - done)), workers, part);
      total.loss += tally.loss;
      total.pairs += tally.pairs;
      if (tally.non_finite) return {support::purity(g, e.views[0].input, neighbours), total.mean(), true};
    }
    result.loss = total.mean();
  }
  result.purity = support::purity(g, e.views[0].input, neighbours);
  return result;
}

}  // namespace

TEST_CASE("100 nodes: one thread, Hogwild, and one staged worker recover the communities alike", "[statistics]") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto g = support::make_planted(100, 5, 3000, 40, 1, 0.8, seed);
    const outcome one = train_threads(g, planted_config(1, 2)), two = train_threads(g, planted_config(2, 2)),
                  staged = train_workers(g, 1, true, planted_config(1, 2));
    CAPTURE(seed, one.purity, two.purity, staged.purity, one.loss, two.loss, staged.loss);
    CHECK(one.purity > 0.85);
    CHECK(std::abs(two.purity - one.purity) < 0.06);
    CHECK(std::abs(staged.purity - one.purity) < 0.06);
    CHECK(two.loss == Approx(one.loss).epsilon(0.01));
    CHECK(staged.loss == Approx(one.loss).epsilon(0.01));
  }
}

TEST_CASE("tied tables recover the communities, by one thread and by two, and come out as two equal tables") {
  const auto g = support::make_planted(100, 5, 3000, 40, 1, 0.8, 1);
  for (const auto& [optimizer, threads] : {std::pair{optimizer_kind::sgd, 1u}, {optimizer_kind::adagrad, 2u}}) {
    train_config cfg = planted_config(threads, 4);
    cfg.tied = true;
    cfg.optimizer = optimizer;
    const view_input view = view_of(g);
    const train_result result = train(cfg, std::span(&view, 1));
    const auto& [input, output] = result.learned.views[0];
    CHECK(support::purity(g, input, neighbours) > 0.7);  // a fifth by chance; two tables reach 0.9
    REQUIRE(output.rows() == g.nodes);
    CHECK(std::equal(input.data(), input.data() + input.bytes() / sizeof(float), output.data()));
  }
}

TEST_CASE("100 nodes: 2,000 stale workers match one thread with scaled deltas, and diverge without", "[statistics]") {
  for (const std::uint64_t seed : {1u, 2u}) {
    const auto g = support::make_planted(100, 5, 12000, 40, 1, 0.7, seed);
    const outcome one = train_threads(g, planted_config(1, 2)),
                  scaled = train_workers(g, 2000, true, planted_config(1, 2)),
                  unscaled = train_workers(g, 2000, false, planted_config(1, 2));
    CAPTURE(seed, one.purity, scaled.purity, unscaled.purity, one.loss, scaled.loss, unscaled.loss);
    CHECK(one.purity > 0.97);
    CHECK_FALSE(scaled.diverged);
    CHECK(scaled.purity > one.purity - 0.03);
    CHECK(scaled.loss == Approx(one.loss).epsilon(0.01));
    CHECK(unscaled.diverged);
    CHECK(unscaled.purity < 0.7);
  }
}

TEST_CASE("1,000 Zipf nodes: 2,000 stale workers match one thread with scaled deltas, and diverge without",
          "[statistics]") {
  const auto g = support::make_planted(1000, 20, 12000, 40, 1, 0.6, 3);
  const outcome one = train_threads(g, planted_config(1, 2)),
                scaled = train_workers(g, 2000, true, planted_config(1, 2)),
                unscaled = train_workers(g, 2000, false, planted_config(1, 2));
  CAPTURE(one.purity, scaled.purity, unscaled.purity, one.loss, scaled.loss, unscaled.loss);
  CHECK(one.purity > 0.97);
  CHECK_FALSE(scaled.diverged);
  CHECK(scaled.purity > one.purity - 0.03);
  CHECK(scaled.loss == Approx(one.loss).epsilon(0.01));
  CHECK(unscaled.diverged);
  CHECK(unscaled.purity < 0.7);
}

TEST_CASE("the capacity of hot rows follows the rate and the window") {
  const auto g = support::make_planted(1000, 20, 8000, 40, 1, 0.6, 4);
  for (const auto& [radius, rate] : {std::pair{1u, 0.025}, {16u, 0.025}, {5u, 0.1}}) {
    train_config cfg = planted_config(1, radius == 1 ? 4 : 2);
    cfg.window = radius;
    cfg.learning_rate = rate;
    const outcome one = train_threads(g, cfg), scaled = train_workers(g, 2000, true, cfg);
    CAPTURE(radius, rate, one.purity, scaled.purity, one.loss, scaled.loss);
    CHECK(one.purity > 0.97);
    CHECK_FALSE(scaled.diverged);
    CHECK(scaled.purity > one.purity - 0.05);
    CHECK(scaled.loss < 1.03 * one.loss);
  }
}
