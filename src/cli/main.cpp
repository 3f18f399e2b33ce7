/// The m2grl command. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "cli/commands.hpp"
#include "m2grl/error.hpp"
#include "m2grl/trainer.hpp"
#include "m2grl/version.hpp"

namespace {

enum exit_code { done = 0, failed = 1, wrong_usage = 2, ended_by_signal = 130 };

/// Tells one error in one line.
int tell(const char* message, exit_code code) {
  (void)std::fflush(stdout);
  std::string line(message);
  for (char& c : line) c = c == '\n' ? ' ' : c;
  fmt::print(stderr, "m2grl: {}{}\n", code == ended_by_signal ? "" : "error: ", line);
  return code;
}

void add_commands(CLI::App& app, m2grl::cli::interrupts& signals) {
  namespace cli = m2grl::cli;
  app.require_subcommand(1);
  app.set_version_flag("--version",
                       fmt::format("m2grl {} ({})", m2grl::version(), m2grl::built_with_cuda() ? "CPU, CUDA" : "CPU"));
  cli::add_demo(app, signals);
  cli::add_synth(app);
  cli::add_train(app, signals);
  cli::add_metric(app);
  cli::add_eval(app);
  cli::add_recommend(app);
  cli::add_search(app);
  cli::add_export(app);
  cli::add_report(app);
  cli::add_info(app);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    m2grl::cli::interrupts signals;
    CLI::App app("Multi-view graph embeddings for recommendation: click log in, aligned vectors out.", "m2grl");
    add_commands(app, signals);
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
      return app.exit(asked);
    } catch (const CLI::ParseError& fault) {
      return tell(fmt::format("{} (see m2grl --help)", fault.what()).c_str(), wrong_usage);
    }
    (void)std::fflush(stdout);
    return done;
  } catch (const m2grl::cli::interrupted& stop) {
    return tell(stop.what(), ended_by_signal);
  } catch (const std::bad_alloc&) {
    return tell("out of memory", failed);
  } catch (const std::exception& fault) {
    return tell(fault.what(), failed);
  }
}
