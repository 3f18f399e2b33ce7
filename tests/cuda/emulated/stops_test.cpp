/// Ends of a run on the emulated device before its last epoch, and what the caller sees meanwhile.
#include <catch2/catch.hpp>
#include <stop_token>

#include "inputs.hpp"

using namespace m2grl;
using emulated::train_on;

namespace {

/// Four rounds an epoch.
void fill_catalogue(catalogue::inputs& c) { catalogue::fill(c, 120, 6, 900, 15, 6); }

train_config small_config() {
  train_config cfg = catalogue::small_config();
  cfg.dim = 8;
  cfg.negatives = 2;
  cfg.window = 2;
  cfg.subsample = 1e-4;  // rounds are many, their pairs few
  return cfg;
}

}  // namespace

TEST_CASE("emulated: early stopping keeps the best epoch's tables") {
  catalogue::inputs c;
  fill_catalogue(c);
  train_config cfg = small_config();
  cfg.epochs = 9;
  cfg.patience = 2;
  const std::vector<double> scores{0.1, 0.5, 0.4, 0.5};
  std::vector<table> after;
  train_options options;
  options.validate = [&](const embeddings& e) {
    CHECK(catalogue::all_finite(e));
    after.push_back(e.views[0].input.clone());
    return scores.at(after.size() - 1);
  };
  emulated::reset();
  const train_result result = train_on(device_kind::cuda, c, cfg, options);
  CHECK(result.epochs == 4);
  CHECK(result.best_epoch == 2);
  CHECK(catalogue::same_bits(result.learned.views[0].input, after[1]));
  CHECK_FALSE(catalogue::same_bits(after[1], after[3]));
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: a validation that throws, and a progress report that does, leave nothing behind") {
  catalogue::inputs c;
  fill_catalogue(c);
  train_config cfg = small_config();
  cfg.patience = 1;
  struct nonsense {};
  train_options options;
  SECTION("validation") {
    options.validate = [](const embeddings&) -> double { throw nonsense(); };
  }
  SECTION("progress, while a second round is in flight") {
    options.on_progress = [](const progress&) { throw nonsense(); };
  }
  SECTION("the memory plan") {
    options.on_memory_plan = [](const memory_lines&) { throw nonsense(); };
  }
  emulated::reset();
  CHECK_THROWS_AS(train_on(device_kind::cuda, c, cfg, options), nonsense);
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: a stop ends the run once the rounds in flight are done") {
  catalogue::inputs c;
  fill_catalogue(c);
  const train_config cfg = small_config();
  emulated::reset();
  const train_result whole = train_on(device_kind::cuda, c, cfg);
  std::stop_source source;
  train_options options;
  options.stop = source.get_token();
  options.on_progress = [&](const progress& now) {
    if (now.round == 1) source.request_stop();
  };
  const train_result stopped = train_on(device_kind::cuda, c, cfg, options);
  CHECK(stopped.stopped);
  CHECK(stopped.rounds == 2);  // one more was in flight
  CHECK(stopped.epochs == 0);
  CHECK(stopped.pairs < whole.pairs);
  CHECK(catalogue::all_finite(stopped.learned));
  const train_result none = train_on(device_kind::cuda, c, cfg, options);
  CHECK(none.stopped);
  CHECK(none.rounds == 0);
  CHECK(catalogue::all_finite(none.learned));
  CHECK(emulated::faults() == "");
}

TEST_CASE("emulated: two rounds are in flight, each with a graph of its own that is captured once") {
  catalogue::inputs c;
  fill_catalogue(c);
  emulated::reset();
  const train_result result = train_on(device_kind::cuda, c, small_config());
  REQUIRE(result.rounds == 12);
  CHECK(emulated::calls("cudaGraphLaunch") == 12);
  CHECK(emulated::calls("cudaGraphInstantiate") == 2);
  CHECK(emulated::calls("cudaStreamBeginCapture") == 2);
  CHECK(emulated::calls("the SGNS kernel") == 2 * 2);  // launches are recorded, not made anew
}

TEST_CASE("emulated: an error that the caller left behind is not taken for one of the training's") {
  catalogue::inputs c;
  fill_catalogue(c);
  emulated::reset();
  (void)emulated::remember(cudaErrorInvalidValue);
  CHECK_NOTHROW(train_on(device_kind::cuda, c, small_config()));
}
