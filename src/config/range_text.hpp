#pragma once
/// Ranges in words.

#include <string>

#include "config/keys.hpp"

namespace m2grl::config_keys {

/// "1 to 1024", "a finite number > 0".
[[nodiscard]] std::string range_text(const limits& within);

}  // namespace m2grl::config_keys
