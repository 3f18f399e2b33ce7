/// Progress into a sink of your own, and an end by a token: here after a time, elsewhere by a button or a signal.
///
/// The run is kept in a checkpoint when it is stopped, and a second call goes on with it.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <m2grl/m2grl.hpp>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace {

/// Any sink will do: a logger, a queue, a metrics client.
class memory_log {
 public:
  void write(std::string line) { lines_.push_back(std::move(line)); }
  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  std::vector<std::string> lines_;
};

m2grl::ragged random_sessions(std::uint32_t nodes, std::uint32_t sessions) {
  std::mt19937 random(3);
  m2grl::ragged rows;
  for (std::uint32_t s = 0; s < sessions; ++s) {
    const std::uint32_t home = random() % nodes;
    for (std::uint32_t i = 0; i < 12; ++i) rows.ids.push_back((home + random() % 20) % nodes);
    rows.end_row();
  }
  return rows;
}

}  // namespace

int main() {
  const m2grl::ragged sessions = random_sessions(5000, 20000);
  m2grl::view_input view;
  view.name = "item", view.nodes = 5000, view.sequences = sessions;
  m2grl::train_config cfg;
  cfg.dim = 64;
  cfg.epochs = 1000;  // more than anyone waits for

  memory_log log;
  m2grl::train_options options;
  options.on_progress = [&](const m2grl::progress& now) {
    if (!now.epoch_ended) return;
    log.write("epoch " + std::to_string(now.epoch) + ": loss " + std::to_string(now.tasks[0].loss) + ", " +
              std::to_string(static_cast<std::uint64_t>(static_cast<double>(now.pairs) / now.seconds)) + " pairs/s");
  };
  options.checkpoints.file = std::filesystem::temp_directory_path() / "m2grl_log_and_stop.checkpoint";
  options.checkpoints.resume = true;
  std::filesystem::remove(options.checkpoints.file);

  std::uint64_t rounds = 0;
  for (const char* run : {"first", "second"}) {
    std::stop_source stop;
    options.stop = stop.get_token();
    const std::jthread timer([stop]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(1500));
      stop.request_stop();
    });
    const m2grl::train_result result = m2grl::train(cfg, {&view, 1}, {}, options);
    std::printf("%s run: rounds %llu to %llu, stopped: %s\n", run,
                static_cast<unsigned long long>(result.resumed_from_round),
                static_cast<unsigned long long>(result.rounds), result.stopped ? "yes" : "no");
    if (!result.stopped || !result.kept || result.resumed_from_round != rounds) return 1;
    rounds = result.rounds;
  }
  for (const std::string& line : log.lines()) std::printf("%s\n", line.c_str());
  std::filesystem::remove(options.checkpoints.file);
  return 0;
}
