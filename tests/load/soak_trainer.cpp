/// soak_trainer SECONDS FOLDER: trains for so long on a synthetic log, run after run, with checkpoints. One JSON line
/// every second: pairs trained in it, its seconds, the process's resident bytes.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <stop_token>

#include "m2grl/trainer.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;
using clock_type = std::chrono::steady_clock;

namespace {

std::uint64_t resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "rb");
  unsigned long long all = 0, resident = 0;
  if (file == nullptr || std::fscanf(file, "%llu %llu", &all, &resident) != 2) resident = 0;
  if (file != nullptr) (void)std::fclose(file);
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

double seconds(clock_type::duration time) { return std::chrono::duration<double>(time).count(); }

/// Trains until `end`; a run of its own every half minute, so that starts and ends are part of it.
class soak {
 public:
  soak(clock_type::time_point end, const char* folder) : end_(end) {
    catalogue::fill(inputs_, 50'000, 100, 100'000, 12, 3);
    cfg_ = catalogue::small_config();
    cfg_.dim = 64;
    cfg_.epochs = 1'000'000;
    cfg_.threads = 0;
    cfg_.checkpoint_seconds = 10;
    options_.device = device_kind::cpu;
    options_.checkpoints.file = std::filesystem::path(folder) / "checkpoint";
  }
  void run() {
    while (clock_type::now() < end_) run_once();
  }

 private:
  void run_once() {
    std::stop_source stop;
    const auto run_ends = std::min(end_, clock_type::now() + std::chrono::seconds(30));
    std::uint64_t pairs = 0;
    auto sampled = clock_type::now();
    bool warm = false;  // the first round comes after the start of a run
    options_.stop = stop.get_token();
    options_.on_progress = [&](const progress& now) {
      const auto time = clock_type::now();
      if (time >= run_ends) stop.request_stop();
      if (warm && time - sampled < std::chrono::seconds(1)) return;
      if (warm) {
        fmt::print("{{\"pairs\": {}, \"seconds\": {:.6f}, \"resident_bytes\": {}}}\n", now.pairs - pairs,
                   seconds(time - sampled), resident_bytes());
        (void)std::fflush(stdout);
      }
      warm = true;
      pairs = now.pairs;
      sampled = time;
    };
    (void)train(cfg_, inputs_.views, inputs_.linked, options_);
  }

  clock_type::time_point end_;
  catalogue::inputs inputs_;
  train_config cfg_;
  train_options options_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  // Blocks of a checkpoint's copy go back to the system at once: else glibc keeps now one, now two, and what is
  // resident says little of what is used.
  (void)::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  try {
    soak(clock_type::now() + std::chrono::seconds(std::atol(argv[1])), argv[2]).run();
  } catch (const std::exception& fault) {
    fmt::print(stderr, "{}\n", fault.what());
    return 1;
  }
  return 0;
}
