#include "cli/progress_view.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto terminal_pause = 100ms;
constexpr auto plain_pause = 5s;
constexpr auto log_pause = 250ms;

/// "epoch 3/10  42 %  3.21 M pairs/s  ETA 12.0s  item 1.932 ×1.00  …"
std::string line_of(const progress& now) {
  const double rate = now.seconds > 0 ? static_cast<double>(now.pairs) / now.seconds : 0;
  const auto left = static_cast<double>(now.rounds - now.round);
  const double eta = now.round > 0 ? now.seconds / static_cast<double>(now.round) * left : 0;
  const std::uint32_t epoch = now.epoch_ended ? now.epoch : std::min(now.epoch + 1, now.epochs);
  std::string line = fmt::format("epoch {}/{}  {:3.0f} %  {} pairs/s  ETA {}", epoch, now.epochs,
                                 100.0 * static_cast<double>(now.round) / static_cast<double>(now.rounds), scaled(rate),
                                 duration(eta));
  for (const task_state& task : now.tasks) {
    line += fmt::format("  {} {:.3f} ×{:.2f}", task.name, task.loss, task.weight);
  }
  return line;
}

/// Cut to the terminal's width, for a longer line would wrap and not be overwritten.
std::string fitted(std::string line) {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return line;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((line[i] & 0xC0) != 0x80 && ++characters >= size.ws_col) {
      line.resize(i);
      break;
    }
  }
  return line;
}

json object_of(const progress& now) {
  json tasks = json::array();
  for (const task_state& task : now.tasks) {
    tasks.push_back({{"name", task.name},
                     {"loss", task.loss},
                     {"weight", task.weight},
                     {"log_variance", task.log_variance},
                     {"pairs", task.pairs}});
  }
  return {
      {"round", now.round},       {"rounds", now.rounds},   {"epoch", now.epoch},      {"epochs", now.epochs},
      {"pairs", now.pairs},       {"seconds", now.seconds}, {"lr", now.learning_rate}, {"epoch_ended", now.epoch_ended},
      {"tasks", std::move(tasks)}};
}

}  // namespace

progress_view::progress_view(const std::string& log) : terminal_(::isatty(STDERR_FILENO) == 1), log_name_(log) {
  if (log.empty()) return;
  log_.reset(std::fopen(log.c_str(), "wb"));
  if (!log_) throw io_error(fmt::format("cannot write {}: {}", log, std::generic_category().message(errno)));
}

void progress_view::operator()(const progress& now) {
  show(now);
  if (log_) log(now);
}

void progress_view::show(const progress& now) {
  const auto time = clock::now();
  const bool last = now.round == now.rounds;
  if (shown_ == clock::time_point{}) shown_ = time;
  if (terminal_) {
    if (!last && time - shown_ < terminal_pause) return;
    fmt::print(stderr, "\r\x1b[K{}", fitted(line_of(now)));
    (void)std::fflush(stderr);
    line_open_ = true;
  } else {
    // An epoch's last line is its summary; short epochs share one every few seconds.
    const bool due = time - shown_ >= plain_pause || (now.epoch_ended && time - shown_ >= 1s);
    if (!last && !due) return;
    fmt::print(stderr, "{}\n", line_of(now));
  }
  shown_ = time;
}

void progress_view::log(const progress& now) {
  const auto time = clock::now();
  if (!now.epoch_ended && now.round != 1 && time - logged_ < log_pause) return;
  logged_ = time;
  fmt::print(log_.get(), "{}\n", object_of(now).dump(-1, ' ', false, json::error_handler_t::replace));
  if (std::fflush(log_.get()) != 0) {
    throw io_error(fmt::format("cannot write {}: {}", log_name_, std::generic_category().message(errno)));
  }
}

void progress_view::finish() {
  if (line_open_) fmt::print(stderr, "\n");
  line_open_ = false;
}

}  // namespace m2grl::cli
