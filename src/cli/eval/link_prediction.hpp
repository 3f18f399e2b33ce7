#pragma once
/// eval --protocol link-prediction.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "m2grl/link_prediction.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {

/// --edges, --known, --edge-columns, --score.
struct link_prediction_arguments {
  std::string edges, columns, score;
  std::vector<std::string> known;
  void add(CLI::App& command);
};

/// Evaluates, writes the JSON file (or standard output for "-") and prints the table. `view` as --view gives it.
void run_link_prediction(const model& m, const link_prediction_arguments& args, const std::string& view,
                         const link_prediction_options& options, const std::string& json_path);

}  // namespace m2grl::cli
