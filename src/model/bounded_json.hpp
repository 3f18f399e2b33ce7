#pragma once
/// JSON of a file that may be hostile.

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

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

/// The whole number that an entry is. Throws Json::exception where it is none, negative or more than a Number holds:
/// nlohmann's get() would cut the fraction, or wrap.
template <std::unsigned_integral Number = std::uint64_t, class Json>
Number count_from(const Json& entry) {
  const auto count = entry.template get_ref<const typename Json::number_unsigned_t&>();
  if (!std::in_range<Number>(count)) {
    throw Json::out_of_range::create(406, fmt::format("{} is too large", count), &entry);
  }
  return static_cast<Number>(count);
}

/// The same, into `count`.
template <class Json, std::unsigned_integral Number>
void get_count(const Json& entry, Number& count) {
  count = count_from<Number>(entry);
}

}  // namespace m2grl::files
