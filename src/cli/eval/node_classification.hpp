#pragma once
/// eval --protocol node-classification.

#include <CLI/CLI.hpp>
#include <string>

#include "m2grl/model.hpp"
#include "m2grl/node_classification.hpp"

namespace m2grl::cli {

/// --labels, --train-share, --splits.
struct classification_arguments {
  std::string labels;
  classification_options options;
  void add(CLI::App& command);
};

/// Classifies the input vectors of a view (empty: the first), writes the JSON file (or standard output for "-") and
/// prints the table.
void run_node_classification(const model& m, const std::string& view, const classification_arguments& args,
                             const resampling& intervals, const std::string& json_path);

}  // namespace m2grl::cli
