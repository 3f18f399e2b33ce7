#pragma once
/// Options that say how vectors are composed and scored.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "m2grl/config.hpp"

namespace m2grl::cli {

/// --compose, --history, --decay, --input-similarity: each overrides what the model's configuration says.
struct eval_options {
  std::optional<std::string> compose;
  std::optional<std::uint32_t> history;
  std::optional<double> decay, input_similarity;

  void add_compose(CLI::App& command);
  /// How many events of the history make the query (the option is called `events`), and how they are scored.
  void add_query(CLI::App& command, const char* events);

  /// The model's own settings with the overrides applied. Throws invalid_input.
  [[nodiscard]] eval_config applied(eval_config saved) const;
};

}  // namespace m2grl::cli
