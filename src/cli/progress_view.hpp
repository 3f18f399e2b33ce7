#pragma once
/// Training as it goes on: one updating line on a terminal, plain lines elsewhere, JSON lines in a log.

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "m2grl/trainer.hpp"

namespace m2grl::cli {

class progress_view {
 public:
  /// `log`: file of JSON lines, replaced; empty: none. Throws io_error.
  explicit progress_view(const std::string& log);

  /// For train_options::on_progress. Throws io_error where the log cannot be written.
  void operator()(const progress& now);
  /// Ends the updating line.
  void finish();

 private:
  using clock = std::chrono::steady_clock;
  struct close_file {
    void operator()(std::FILE* stream) const noexcept { (void)std::fclose(stream); }
  };

  void show(const progress& now);
  void log(const progress& now);

  bool terminal_;
  bool line_open_ = false;
  std::uint32_t epochs_shown_ = 0;
  clock::time_point shown_{}, logged_{};
  std::string log_name_;
  std::unique_ptr<std::FILE, close_file> log_;
};

}  // namespace m2grl::cli
