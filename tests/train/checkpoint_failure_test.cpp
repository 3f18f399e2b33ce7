/// What cannot be kept: told, tried again, and never silently lost.
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "support/process.hpp"
#include "train/checkpoint_runs.hpp"

using namespace m2grl;
using namespace checkpoint_runs;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("checkpoint: a failure that is told ends nothing, and the next one is tried") {
  catalogue::inputs c;
  fill(c);
  train_config cfg = small_config();
  cfg.checkpoint_steps = 1;
  const test::temporary_folder folder;
  const fs::path file = folder / "checkpoint";
  const train_result whole = train_until(0, c, small_config());
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<std::string> told;
  const checkpoint_options kept{file, false, [&](const std::string& why) {
                                  CHECK(std::this_thread::get_id() == caller);
                                  told.push_back(why);
                                }};
  std::uint64_t healed_at = 0;
  const auto train_healed = [&](std::uint64_t until) {
    fs::create_directory(file);  // no file can be renamed to it
    std::stop_source stop;
    train_options options;
    options.device = device_kind::cpu;
    options.checkpoints = kept;
    options.stop = stop.get_token();
    options.on_progress = [&](const progress& now) {
      if (now.round == healed_at) fs::remove(file);
      if (now.round == until) stop.request_stop();
    };
    return train(cfg, c.views, c.linked, options);
  };
  SECTION("for good") {
    check_same(train_healed(0), whole);
    CHECK(told.size() == whole.rounds);
    CHECK_THAT(told.front(), Contains(file.string()));
  }
  SECTION("for good, and the run is stopped") {
    const train_result stopped = train_healed(3);
    CHECK(stopped.stopped);
    CHECK_FALSE(stopped.kept);
    CHECK(told.size() == 4);  // that of the stop is told, too
  }
  SECTION("for a while") {
    healed_at = 4;
    const train_result stopped = train_healed(6);
    CHECK(stopped.kept);
    CHECK(told.size() >= 2);
    CHECK(told.size() <= 4);
    const train_result rest = train_until(0, c, cfg, {file, true});
    CHECK(rest.resumed_from_round == 6);
    check_same(rest, whole);
  }
  for (const std::string& name : folder.names()) CHECK(name == "checkpoint");
}

TEST_CASE("checkpoint: a stop says whether it was kept") {
  catalogue::inputs c;
  fill(c);
  const test::temporary_folder folder;
  CHECK_FALSE(train_until(2, c, small_config()).kept);
  CHECK(train_until(2, c, small_config(), {folder / "checkpoint", true}).kept);
  const train_result ended = train_until(0, c, small_config(), {folder / "checkpoint", true});
  CHECK_FALSE(ended.stopped);
  CHECK_FALSE(ended.kept);
}
