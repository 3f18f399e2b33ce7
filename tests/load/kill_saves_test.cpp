/// A program that saves checkpoints and models all the time is killed at random instants: what it left can be read, and
/// at most one interval is lost.
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <sstream>
#include <thread>

#include "amount.hpp"
#include "m2grl/model.hpp"
#include "support/process.hpp"
#include "train/checkpoint.hpp"

using namespace m2grl;
using namespace m2grl::test;
namespace fs = std::filesystem;

namespace {

/// The last round that the program told of before it died.
std::uint64_t last_round(const fs::path& log) {
  std::istringstream lines(fs::exists(log) ? read_file(log) : "");
  std::uint64_t last = 0;
  for (std::string line; std::getline(lines, line) && !lines.eof();) last = std::stoull(line);
  return last;
}

std::uint64_t rounds_of(const fs::path& checkpoint) {
  checkpoint_reader in(checkpoint);
  for (std::size_t p = 0; p < in.parts().size(); ++p) (void)in.next();
  return in.header().at("trainer").at("progress").at("rounds").get<std::uint64_t>();
}

}  // namespace

TEST_CASE("kills: whatever instant a save is killed at, checkpoint and model are whole, and little is lost") {
  const int kills = amount("M2GRL_KILLS", 20);
  const temporary_folder folder;
  std::mt19937 random(11);
  std::uint64_t kept = 0;
  for (int kill = 0; kill < kills; ++kill) {
    const std::uint64_t before = kept;
    {
      const process running({M2GRL_SOAK_WRITER, folder.path().string()}, folder.path());
      // The first one lives until there is something to lose, however slow its start.
      const auto is_early = [&] {
        return last_round(folder / "log") <= before || (kill == 0 && !fs::exists(folder / "checkpoint"));
      };
      while (is_early()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 200000));
    }  // killed
    const std::uint64_t last = last_round(folder / "log");
    CAPTURE(kill, before, last);
    REQUIRE(last > before);
    kept = fs::exists(folder / "checkpoint") ? rounds_of(folder / "checkpoint") : 0;
    // The checkpoint of round r is begun after r, and that of r - 1 stands before it is.
    REQUIRE(kept + 2 >= last);
    REQUIRE(kept <= last);
    if (fs::exists(folder / "model")) {
      const std::uint64_t saved = load_model(folder / "model").report.events_read;
      REQUIRE(saved + 1 >= last);
      REQUIRE(saved <= last);
    }
    fs::remove(folder / "log");
  }
  CHECK(kept > 0);
  CHECK(fs::exists(folder / "model"));
  std::printf("killed %d times, %llu rounds kept\n", kills, static_cast<unsigned long long>(kept));
}
