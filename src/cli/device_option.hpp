#pragma once
/// --device: where the work runs.

#include <CLI/CLI.hpp>
#include <string>

#include "m2grl/device.hpp"

namespace m2grl::cli {

/// Adds it; `name` is its default, too.
void add_device(CLI::App& command, std::string& name);
[[nodiscard]] device_kind device_named(const std::string& name);

}  // namespace m2grl::cli
