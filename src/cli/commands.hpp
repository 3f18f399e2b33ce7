#pragma once
/// The commands of m2grl. Each adds itself to the command line; its callback does the work and throws
/// m2grl::error where it fails.

#include <CLI/CLI.hpp>

#include "cli/interrupts.hpp"

namespace m2grl::cli {

void add_demo(CLI::App& app, interrupts& signals);
void add_synth(CLI::App& app);
void add_train(CLI::App& app, interrupts& signals);
void add_eval(CLI::App& app);
void add_recommend(CLI::App& app);
void add_search(CLI::App& app);
void add_export(CLI::App& app);
void add_info(CLI::App& app);
void add_metric(CLI::App& app);
void add_report(CLI::App& app);

/// A run ended by SIGINT or SIGTERM; the process ends with code 130.
class interrupted : public std::exception {
 public:
  explicit interrupted(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

}  // namespace m2grl::cli
