#include "cli/interrupts.hpp"

#include <signal.h>
#include <unistd.h>

#include <string_view>

namespace m2grl::cli {
namespace {

constexpr int exit_interrupted = 130;

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void say(std::string_view line) { (void)!::write(STDERR_FILENO, line.data(), line.size()); }

}  // namespace

interrupts::interrupts() {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

std::stop_token interrupts::begin_training() noexcept {
  phase_ = phase::training;
  return training_.get_token();
}

void interrupts::watch(const std::stop_token& ended) {
  const sigset_t set = watched();
  const timespec pause{0, 50'000'000};  // how long the end of the process may wait for this thread
  while (!ended.stop_requested()) {
    if (sigtimedwait(&set, nullptr, &pause) > 0) receive();
  }
}

void interrupts::receive() {
  const phase now = phase_;
  if (now == phase::saving) return;
  if (now == phase::training && training_.request_stop()) return;
  say("m2grl: interrupted\n");
  ::_exit(exit_interrupted);
}

}  // namespace m2grl::cli
