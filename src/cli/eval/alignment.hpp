#pragma once
/// eval --protocol alignment.

#include <string>
#include <vector>

#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {

/// Evaluates the relations to a view (empty: all), writes the JSON file (or standard output for "-") and prints the
/// tables.
void run_alignment(const model& m, const std::vector<std::uint32_t>& k, const std::string& view,
                   const resampling& intervals, const std::string& json_path);

}  // namespace m2grl::cli
