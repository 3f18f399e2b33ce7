/// A run on the emulated device that is cut goes on to the same bits; a checkpoint of the CPU is refused.
#include <catch2/catch.hpp>
#include <stop_token>

#include "inputs.hpp"
#include "m2grl/error.hpp"
#include "support/process.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// Trains until `rounds` rounds are done, and is then stopped; 0: to the end.
train_result train_until(std::uint64_t rounds, device_kind device, const catalogue::inputs& c, const train_config& cfg,
                         const checkpoint_options& checkpoints = {}) {
  std::stop_source stop;
  train_options options;
  options.checkpoints = checkpoints;
  options.stop = stop.get_token();
  options.on_progress = [&](const progress& now) {
    if (now.round == rounds) stop.request_stop();
  };
  return emulated::train_on(device, c, cfg, options);
}

}  // namespace

TEST_CASE("emulated: a run that is cut goes on to the same bits") {
  catalogue::inputs c;
  catalogue::fill(c, 120, 6, 600, 10, 3);
  train_config cfg = catalogue::small_config();
  cfg.epochs = 3;
  cfg.deterministic = true;
  SECTION("sessions, SGD") {}
  SECTION("walks, AdaGrad, bf16") {
    c.views[0].source = sequence_source::walks;
    cfg.optimizer = optimizer_kind::adagrad;
    cfg.precision = table_precision::bf16;
  }
  SECTION("tied, lazy Adam, one W each") {
    cfg.tied = true;
    cfg.align_optimizer = align_optimizer_kind::adam;
    c.linked[0].options.shared = false;
  }
  emulated::reset();
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  const train_result whole = train_until(0, device_kind::cuda, c, cfg);
  std::uint64_t cuts = 0;
  for (std::uint64_t cut = 1; cut < whole.rounds; ++cut) {
    std::filesystem::remove(kept.file);
    const train_result begun = train_until(cut, device_kind::cuda, c, cfg, kept);
    if (!begun.stopped) break;  // the last rounds were in flight when the stop came
    ++cuts;
    const train_result rest = train_until(0, device_kind::cuda, c, cfg, kept);
    CAPTURE(cut);
    CHECK(rest.resumed_from_round == begun.rounds);  // those in flight when the stop came are done, too
    CHECK(catalogue::same_bits(rest.learned, whole.learned));
    CHECK(emulated::faults() == "");
  }
  CHECK(cuts + 4 > whole.rounds);
}

TEST_CASE("emulated: a checkpoint of the other device is refused") {
  catalogue::inputs c;
  catalogue::fill(c, 120, 6, 600, 10, 3);
  train_config cfg = catalogue::small_config();
  emulated::reset();
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  REQUIRE(train_until(1, device_kind::cpu, c, cfg, kept).stopped);
  CHECK_THROWS_WITH(train_until(0, device_kind::cuda, c, cfg, kept), Contains("it was written on device cpu"));
  CHECK(emulated::faults() == "");
}
