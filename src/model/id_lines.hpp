#pragma once
/// A view's ids as text, one a line: any bytes, with \, line feed and carriage return written \\, \n and \r.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/files.hpp"

namespace m2grl::files {

[[nodiscard]] std::string escaped_id(std::string_view id);

void write_ids(output_file& file, const std::vector<std::string>& ids);

/// Reads to the end of the file. Throws invalid_input (file, line) where there are not exactly `count` lines,
/// an escape is unknown, or the last line has no end.
[[nodiscard]] std::vector<std::string> read_ids(input_file& file, std::uint64_t count);

}  // namespace m2grl::files
