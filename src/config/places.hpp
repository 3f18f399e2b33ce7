#pragma once
/// Where each key of a configuration was given, so that every fault names its place.

#include <map>
#include <string>

#include "m2grl/config.hpp"
#include "m2grl/error.hpp"

namespace m2grl::config_keys {

/// Dotted path ("views.1.column") → place; "" stands for the whole configuration.
using key_places = std::map<std::string, input_place>;

/// Throws invalid_input at the place of `path`, or of the nearest table above it that has one.
[[noreturn]] void fail(const key_places& places, std::string path, const std::string& message);

/// Checks every range and name. Throws invalid_input. Where nothing says where the data comes from (no log, no
/// edge list: it lay in memory), that is a fault only if `from_files` asks for it.
void check(const config& cfg, const key_places& places, bool from_files);

}  // namespace m2grl::config_keys
