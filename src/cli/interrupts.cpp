#include "cli/interrupts.hpp"

#include <semaphore.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction is of POSIX
#include <unistd.h>

#include <string_view>

namespace m2grl::cli {
namespace {

constexpr int exit_interrupted = 130;

sem_t received;  // one post per signal; a semaphore is all that a handler may touch

extern "C" void count_signal(int) { (void)sem_post(&received); }

void say(std::string_view line) { (void)!::write(STDERR_FILENO, line.data(), line.size()); }

}  // namespace

interrupts::interrupts() {
  (void)sem_init(&received, 0, 0);
  watcher_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
  struct sigaction action {};
  action.sa_handler = count_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM}) (void)sigaction(signal, &action, nullptr);
}

interrupts::~interrupts() {
  watcher_.request_stop();
  (void)sem_post(&received);
}

std::stop_token interrupts::begin_training() noexcept {
  phase_ = phase::training;
  return training_.get_token();
}

void interrupts::watch(const std::stop_token& ended) {
  for (;;) {
    while (sem_wait(&received) != 0) {  // interrupted by a handler on this very thread
    }
    if (ended.stop_requested()) return;
    receive();
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
