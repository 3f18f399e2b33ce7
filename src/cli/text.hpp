#pragma once
/// Numbers and tables as people read them.

#include <cstdint>
#include <string>
#include <vector>

namespace m2grl::cli {

/// 1234567 → "1,234,567"
[[nodiscard]] std::string grouped(std::uint64_t number);
/// 3210000 → "3.21 M"
[[nodiscard]] std::string scaled(double number);
/// 5242880 → "5.0 MiB"
[[nodiscard]] std::string bytes(double number);
/// 75.3 → "1m 15s"; below a minute "7.5s"
[[nodiscard]] std::string duration(double seconds);
/// "1 query", "2 queries"
[[nodiscard]] std::string plural(std::uint64_t number, const std::string& one, const std::string& many);

/// Columns aligned by their widest cell: the first to the left, the others to the right; two blanks between
/// them, `indent` before. Widths count characters, not bytes.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows, std::size_t indent = 2);

}  // namespace m2grl::cli
