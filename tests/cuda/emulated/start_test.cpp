/// A run on the emulated device begins with the tables, W and b that it is given.
#include <catch2/catch.hpp>
#include <random>

#include "inputs.hpp"
#include "support/small_model.hpp"

using namespace m2grl;

TEST_CASE("emulated: a training begins with what it is given") {
  catalogue::inputs c;
  catalogue::fill(c, 120, 6, 600, 10, 3);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 1;
  cfg.learning_rate = 1e-30;
  cfg.min_learning_rate = 0;
  cfg.task_weight_rate = 0;
  std::mt19937 random(7);
  embeddings start;
  start.views.push_back({test::random_table(120, cfg.dim, random), test::random_table(120, cfg.dim, random)});
  start.views.push_back({test::random_table(6, cfg.dim, random), test::random_table(6, cfg.dim, random)});
  start.relations.push_back({0, 1, projection_kind::identity, test::random_table(cfg.dim, cfg.dim, random), {}, 0.5f});
  start.relations[0].projection = c.linked[0].options.projection;
  start.tasks.resize(3);
  start.tasks[1].log_variance = 1.5;
  train_options options;
  options.start = &start;
  emulated::reset();
  for (const device_kind device : {device_kind::cpu, device_kind::cuda}) {
    const train_result result = emulated::train_on(device, c, cfg, options);
    for (std::size_t v = 0; v < 2; ++v) {
      CHECK(catalogue::same_bits(result.learned.views[v].input, start.views[v].input));
      CHECK(catalogue::same_bits(result.learned.views[v].output, start.views[v].output));
    }
    CHECK(catalogue::same_bits(result.learned.relations[0].w_from, start.relations[0].w_from));
    CHECK(result.learned.relations[0].bias == start.relations[0].bias);
  }
  CHECK(emulated::faults() == "");
}
