#pragma once
/// The sections of a report, each as HTML.

#include <string>
#include <vector>

#include "m2grl/model.hpp"
#include "m2grl/report.hpp"

namespace m2grl::report {

/// Views, links, tasks, and what the data was.
[[nodiscard]] std::string summary_section(const model& m);
/// Losses and weights by epoch.
[[nodiscard]] std::string curves_section(const model& m);
/// How often nodes occur, how many items are linked to them.
[[nodiscard]] std::string degrees_section(const model& m);
/// Next-item evaluation.
[[nodiscard]] std::string quality_section(const model& m, const report_options& options);
/// Two principal components of each view's input vectors.
[[nodiscard]] std::string map_section(const model& m, const report_options& options);
/// Hit rate against diversity.
[[nodiscard]] std::string discovery_section(const model& m, const report_options& options);

/// A section's frame; `body` is HTML.
[[nodiscard]] std::string section(const std::string& id, const std::string& heading, const std::string& how_to_read,
                                  const std::string& body);
/// One picture with its caption, both HTML.
[[nodiscard]] std::string figure(const std::string& caption, const std::string& picture);
/// Pictures side by side.
[[nodiscard]] std::string figures(const std::string& all);
/// What stands in a picture's place: why there is none, what would make it.
[[nodiscard]] std::string missing(const std::string& why);
/// missing(), where the model holds no queries of a split.
[[nodiscard]] std::string no_queries(const model& m, bool validation);
/// A table; every cell is HTML, the first row is the heading, the first column names.
[[nodiscard]] std::string html_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace m2grl::report
