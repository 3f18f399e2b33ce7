#pragma once
/// eval --protocol cold-start.

#include <string>

#include "m2grl/config.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {

/// Evaluates, writes the JSON file (or standard output for "-") and prints the table.
void run_cold_start(const model& m, bool validation, const eval_config& how, const resampling& intervals,
                    const std::string& json_path);

}  // namespace m2grl::cli
