#include "report/escape.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace m2grl::report {
namespace {

/// Length in bytes of the UTF-8 character that `text` begins with; 0 where it begins with none.
std::size_t character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  std::uint32_t code = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool noncharacter = (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF || (code & 0xFFFE) == 0xFFFE;
  return too_long || noncharacter || (code >= 0x80 && code < 0xA0) ? 0 : length;
}

void append(std::string& out, std::string_view character) {
  switch (character.front()) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    case '\'': out += "&#39;"; break;
    default: out += static_cast<unsigned char>(character.front()) < 0x20 || character == "\x7f" ? "\uFFFD" : character;
  }
}

}  // namespace

std::string escaped(std::string_view text, std::size_t most) {
  std::string out, at_most;  // `at_most`: without the last character, whose place "…" may need
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == most) return at_most + "…";
    if (count + 1 == most) at_most = out;
    const std::size_t length = character_at(text);
    append(out, length == 0 ? "\uFFFD" : text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string escaped(std::string_view text) { return escaped(text, std::numeric_limits<std::size_t>::max()); }

}  // namespace m2grl::report
