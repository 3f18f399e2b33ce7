#pragma once
/// JSON of a file that may be hostile.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace m2grl::files {

/// Parses a text; a discarded value where it is not JSON, is nested more than 16 deep (whoever walks through JSON does
/// so by recursion), or would take more than some 30 MiB (a text of one byte a value takes sixteen times as much).
template <class Json>
Json parse_bounded(std::string_view text) {
  constexpr int most_depth = 16;
  constexpr std::size_t most_cost = 1000000;
  struct too_much : std::runtime_error {
    too_much() : std::runtime_error("too much JSON") {}
  };
  std::size_t cost = 0;
  const auto bounded = [&](int depth, nlohmann::detail::parse_event_t event, const Json&) {
    using nlohmann::detail::parse_event_t;
    const bool opens = event == parse_event_t::object_start || event == parse_event_t::array_start;
    cost += event == parse_event_t::key ? 8 : opens ? 4 : event == parse_event_t::value ? 1 : 0;
    if (depth > most_depth || cost > most_cost) throw too_much();
    return true;
  };
  try {
    return Json::parse(text, bounded, false);
  } catch (const too_much&) {
    return Json(nlohmann::detail::value_t::discarded);
  }
}

}  // namespace m2grl::files
