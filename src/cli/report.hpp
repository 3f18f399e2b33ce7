#pragma once
/// The page of a model's pictures as a file.

#include <string>

#include "m2grl/report.hpp"

namespace m2grl::cli {

/// "-": to standard output. The file appears whole or not at all; one of its name is replaced.
void write_report(const model& m, const report_options& options, const std::string& path);

}  // namespace m2grl::cli
