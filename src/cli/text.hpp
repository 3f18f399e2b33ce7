#pragma once
/// Numbers and tables as people read them.

#include <string>
#include <vector>

#include "number_text.hpp"

namespace m2grl::cli {

using text::bytes;
using text::duration;
using text::grouped;
using text::plural;
using text::scaled;

/// Columns aligned by their widest cell: the first to the left, the others to the right; two blanks between
/// them, `indent` before. Widths count characters, not bytes.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows, std::size_t indent = 2);

}  // namespace m2grl::cli
