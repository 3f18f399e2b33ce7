#pragma once
/// Numbers as people read them.

#include <cstdint>
#include <string>

namespace m2grl::text {

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

}  // namespace m2grl::text
