#pragma once
/// Numbers as log files write them.

#include <cstdint>
#include <string>
#include <string_view>

namespace m2grl::ingest {

/// False unless the whole text is one decimal number in range ("+5", "5 " and "" are none).
[[nodiscard]] bool parse_whole(std::string_view text, std::int64_t& value) noexcept;
[[nodiscard]] bool parse_real(std::string_view text, double& value) noexcept;

/// True where the text has the form of an integer, of any length.
[[nodiscard]] bool looks_whole(std::string_view text) noexcept;

/// A cell's text for a message: quoted, shortened where it is long.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace m2grl::ingest
