#pragma once
/// Options that say how vectors are composed and scored.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "m2grl/config.hpp"

namespace m2grl::cli {

/// --compose, --history, --decay: each overrides what the model's configuration says.
struct eval_options {
  std::optional<std::string> compose;
  std::optional<std::uint32_t> history;
  std::optional<double> decay;

  void add_compose(CLI::App& command);
  void add_history(CLI::App& command);

  /// The model's own settings with the overrides applied. Throws invalid_input.
  [[nodiscard]] eval_config applied(eval_config saved) const;
};

}  // namespace m2grl::cli
