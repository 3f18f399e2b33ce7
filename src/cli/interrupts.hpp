#pragma once
/// SIGINT and SIGTERM as a stop token.

#include <atomic>
#include <stop_token>
#include <thread>

namespace m2grl::cli {

/// One per process. At first a signal ends the process at once with code 130. Between begin_training() and
/// begin_saving() it requests a stop instead (a second one ends the process); after that it is let pass: the model is
/// as good as written.
class interrupts {
 public:
  interrupts();
  interrupts(const interrupts&) = delete;
  interrupts& operator=(const interrupts&) = delete;
  ~interrupts();

  [[nodiscard]] std::stop_token begin_training() noexcept;
  void begin_saving() noexcept { phase_ = phase::saving; }

 private:
  enum class phase { plain, training, saving };
  void watch(const std::stop_token& ended);
  void receive();

  std::atomic<phase> phase_ = phase::plain;
  std::stop_source training_;
  std::jthread watcher_;
};

}  // namespace m2grl::cli
