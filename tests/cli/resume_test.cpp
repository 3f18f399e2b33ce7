/// A training that is stopped, or killed at any instant, goes on where it was kept.
#include <chrono>
#include <random>
#include <stdexcept>
#include <thread>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Of a training of some seconds that is the same every time.
std::vector<std::string> training(const std::string& out, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"train", "shop.toml",         "--out",  out,
                                     "--set", "train.epochs=4000", "--set",  "train.deterministic=true",
                                     "--set", "train.dim=8",       "--json", out + ".json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

process start(const temporary_folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), M2GRL_BINARY);
  return process(arguments, folder.path());
}

/// Until it writes the file; one that ends without it has failed.
void wait_for(const process& running, const fs::path& file) {
  while (!fs::exists(file)) {
    if (running.ended() && !fs::exists(file)) {
      throw std::runtime_error("it ended without " + file.string() + ": " + running.err_so_far());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("a signal leaves a checkpoint; --resume goes on with it, and with no other training") {
  const temporary_folder folder;
  shop::write(folder);
  process running = start(folder, training("model", {"--set", "train.epochs=1000000", "--log", "log"}));
  wait_for(running, folder / "log");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  running.signal(SIGINT);
  const auto stopped = running.wait();
  CHECK(stopped.code == 130);
  CHECK_THAT(stopped.err, Contains("m2grl: interrupted after") && Contains("model/checkpoint goes on with --resume"));
  CHECK(fs::exists(folder / "model" / "checkpoint"));
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& why) {
    const auto result = command(folder, arguments);
    CHECK(result.code == 1);
    CHECK_THAT(result.err, Contains(why));
  };
  refused(training("model"), "holds a training that did not end; --resume goes on with it");
  refused(training("model", {"--resume"}),
          "it was written with train.epochs = 1000000, this run has train.epochs = 4000");
  refused({"eval", "model"}, "is not an m2grl model");
  CHECK(command(folder, training("model", {"--resume", "--overwrite"})).code == 2);
  CHECK(command(folder, training("model", {"--overwrite", "--set", "train.epochs=2"})).code == 0);
  CHECK_FALSE(fs::exists(folder / "model" / "checkpoint"));
  const auto finished = command(folder, training("model", {"--resume"}));
  CHECK(finished.code == 0);
  CHECK_THAT(finished.out, Contains("model is finished"));
}

TEST_CASE("a checkpoint that cannot be written is a warning; that of an interrupted training an error") {
  const temporary_folder folder;
  shop::write(folder);
  fs::create_directories(folder / "model" / "checkpoint");  // no file can be renamed to it
  process running = start(folder, training("model", {"--overwrite", "--set", "train.epochs=1000000", "--log", "log"}));
  wait_for(running, folder / "log");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  running.signal(SIGINT);
  const auto stopped = running.wait();
  CHECK(stopped.code == 1);
  CHECK_THAT(stopped.err, Contains("m2grl: warning: no checkpoint: cannot rename") &&
                              Contains("its checkpoint could not be written, nothing is left of it"));
  const auto done = command(
      folder, training("model", {"--overwrite", "--set", "train.epochs=3", "--set", "train.checkpoint_steps=1"}));
  CHECK(done.code == 0);
  CHECK_THAT(done.err, Contains("m2grl: warning: no checkpoint: cannot rename"));
  CHECK(fs::exists(folder / "model" / "model.json"));
}

TEST_CASE("killed before its first checkpoint was whole, a training begins anew with --resume") {
  const temporary_folder folder;
  shop::write(folder);
  const std::vector<std::string> again{"--resume", "--set", "train.epochs=2"};
  fs::create_directory(folder / "model");  // as one leaves it that is killed at once
  CHECK(command(folder, training("model", again)).code == 0);
  fs::create_directory(folder / "begun");
  write_file(folder / "begun" / ".checkpoint.partial-0123456789abcdef", "M2GRL");
  CHECK(command(folder, training("begun", again)).code == 0);
  CHECK(fs::exists(folder / "begun" / "model.json"));
  fs::create_directory(folder / "other");
  write_file(folder / "other" / "notes", "mine");
  const auto refused = command(folder, training("other", again));
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("other is not replaced: it is not an m2grl model"));
}

TEST_CASE("killed at twenty instants, a training goes on each time, to the same model") {
  const temporary_folder folder;
  shop::write(folder);
  REQUIRE(command(folder, training("whole", {"--set", "train.checkpoint_seconds=0"})).code == 0);
  const std::vector<std::string> often{"--resume", "--set", "train.checkpoint_steps=5", "--log", "log"};
  std::mt19937 random(5);
  std::uint64_t last = 0;
  for (int kill = 0; kill < 20; ++kill) {
    {
      fs::remove(folder / "log");
      const process running = start(folder, training("cut", often));
      wait_for(running, folder / "log");  // it trains
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
    }                                                      // killed
    if (fs::exists(folder / "cut" / "model.json")) break;  // a fast machine
  }
  const auto result = command(folder, training("cut", {"--resume"}));
  INFO(result.err);
  REQUIRE(result.code == 0);
  if (fs::exists(folder / "cut.json")) last = json_file(folder / "cut.json")["resumed_from_step"];
  CHECK(last > 0);
  CHECK(last % 5 == 0);
  for (const char* file : {"view.item.input.npy", "view.item.output.npy", "view.category.input.npy",
                           "relation.0.from.npy", "history.losses.npy"}) {
    CAPTURE(file);
    CHECK(read_file(folder / "cut" / file) == read_file(folder / "whole" / file));
  }
  CHECK_FALSE(fs::exists(folder / "cut" / "checkpoint"));
  for (const std::string& name : folder.names()) CHECK(name.find("partial") == std::string::npos);
}
