#pragma once
/// eval --protocol discovery.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/discovery.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {

/// --view, --mix.
struct discovery_arguments {
  discovery_options options;
  void add(CLI::App& command);
};

/// Evaluates, writes the JSON file (or standard output for "-") and prints the table.
void run_discovery(const model& m, bool validation, const eval_config& how, discovery_options options,
                   const std::string& json_path);

}  // namespace m2grl::cli
