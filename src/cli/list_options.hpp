#pragma once
/// Options that say what a list may hold.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "m2grl/selection.hpp"

namespace m2grl::cli {

/// --only, --not, --exclude-file.
struct list_options {
  std::vector<std::string> only, never;  ///< VIEW=VALUE
  std::string exclude_file;

  void add(CLI::App& command);
  /// What they select of a view. Ids of the file that the view does not hold are told on standard error.
  /// Throws invalid_input, io_error.
  [[nodiscard]] node_selection selected(const model& m, std::size_t view) const;
};

/// "3 of 10 WHAT are unknown to the model and left out: a, b, …" on standard error; nothing where none are.
void tell_unknown(std::uint64_t unknown, std::uint64_t all, const std::vector<std::string>& names, const char* what);

}  // namespace m2grl::cli
