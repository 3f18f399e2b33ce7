#include <fmt/format.h>

#include <charconv>

#include "config/keys.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

compose_part parse_part(std::string_view text) {
  compose_part part;
  const std::size_t colon = text.find(':');
  part.view = trimmed(text.substr(0, colon));
  if (part.view.empty()) throw invalid_input(fmt::format("\"{}\" names no view", text));
  if (colon == std::string_view::npos) return part;
  const std::string_view weight = trimmed(text.substr(colon + 1));
  const auto [end, fault] = std::from_chars(weight.data(), weight.data() + weight.size(), part.weight);
  if (fault != std::errc() || end != weight.data() + weight.size() || !config_keys::positive.hold(part.weight)) {
    throw invalid_input(
        fmt::format("the weight of view \"{}\" is \"{}\", it must be a finite number > 0", part.view, weight));
  }
  return part;
}

}  // namespace

std::vector<compose_part> parse_compose(std::string_view text) {
  std::vector<compose_part> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(parse_part(trimmed(text.substr(begin, end - begin))));
    begin = end + 1;
  }
  return parts;
}

}  // namespace m2grl
