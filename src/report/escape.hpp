#pragma once
/// Foreign text (ids, names, rules) on a page.

#include <cstddef>
#include <string>
#include <string_view>

namespace m2grl::report {

/// Text that stands for itself in HTML and SVG, in elements and in quoted attributes. Bytes that are not UTF-8 and
/// control characters become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// Escaped, at most `most` characters: what is longer ends in "…".
[[nodiscard]] std::string escaped(std::string_view text, std::size_t most);

}  // namespace m2grl::report
