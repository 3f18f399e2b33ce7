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

bool looks_whole(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown = "\"";
  for (const char c : text.substr(0, longest)) shown += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
  if (text.size() > longest) shown += "…";
  return shown + '"';
}

}  // namespace m2grl::ingest
