#include "ingest/numbers.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace m2grl::ingest {
namespace {

template <class Number>
bool parse(std::string_view text, Number& value) noexcept {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

bool parse_whole(std::string_view text, std::int64_t& value) noexcept { return parse(text, value); }
bool parse_real(std::string_view text, double& value) noexcept { return parse(text, value); }

bool integer_over_range(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  const auto digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  std::int64_t as_signed = 0;
  std::uint64_t as_unsigned = 0;
  return negative ? !parse(text, as_signed) : !parse(text, as_unsigned);
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown = "\"";
  for (const char c : text.substr(0, longest)) shown += c >= 0 && c < ' ' ? '?' : c;
  if (text.size() > longest) shown += "…";
  return shown + '"';
}

}  // namespace m2grl::ingest
