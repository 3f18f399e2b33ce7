#pragma once
/// Single values from TOML, with errors that name the key, the expected type and the place.

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "config/enum_names.hpp"
#include "config/keys.hpp"
#include "config/nearest.hpp"
#include "config/range_text.hpp"
#include "config/toml.hpp"
#include "m2grl/error.hpp"

namespace m2grl::config_keys {

/// A value as given: its node, its key's path, its place; `raw` is its text where it comes from an override.
struct given {
  const toml::node& node;
  const std::string& path;
  const input_place& place;
  std::optional<std::string_view> raw = {};

  [[noreturn]] void wrong_type(std::string_view expected) const;
  [[noreturn]] void fail(const std::string& message) const { throw invalid_input(place, message); }
};

/// The value as a message shows it: "the string \"64\"", "0.5", "a table".
[[nodiscard]] std::string shown(const toml::node& node);

void read(const given& from, bool& out, const limits& = {});
void read(const given& from, double& out, const limits& = {});
void read(const given& from, std::string& out, const limits& = {});
void read(const given& from, std::filesystem::path& out, const limits& = {});
void read(const given& from, std::optional<std::int64_t>& out, const limits& = {});
void read(const given& from, std::vector<compose_part>& out, const limits& = {});

template <class Integer>
requires std::same_as<Integer, std::uint32_t> || std::same_as<Integer, std::uint64_t>
void read(const given& from, Integer& out, const limits& within = {}) {
  // TOML's integers end at 2^63 − 1: greater ones are written as text.
  if (const auto* text = from.node.as_string(); text != nullptr && sizeof(Integer) == 8) {
    const std::string& digits = text->get();
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (fault == std::errc() && end == digits.data() + digits.size() && out > std::numeric_limits<std::int64_t>::max())
      return;
  }
  const auto* whole = from.node.as_integer();
  if (whole == nullptr) from.wrong_type("a whole number");
  const std::int64_t value = whole->get();
  if (value < 0 || static_cast<std::uint64_t>(value) > std::numeric_limits<Integer>::max()) {
    limits range = within;
    range.low = std::max(range.low, 0.0);
    if (range.high == limits{}.high && sizeof(Integer) == 4) range.high = 0xFFFFFFFFu;
    from.fail(fmt::format("{} is {}, it must be {}", from.path, value, range_text(range)));
  }
  out = static_cast<Integer>(value);
}

template <class Enum>
requires std::is_enum_v<Enum>
void read(const given& from, Enum& out, const limits& = {}) {
  std::string name;
  read(from, name);
  std::vector<std::string> known;
  for (const auto& s : spellings<Enum>) {
    if (s.name == name) {
      out = s.value;
      return;
    }
    known.emplace_back(s.name);
  }
  const std::string_view near = nearest(name, known);
  from.fail(fmt::format("{} is \"{}\", it must be one of \"{}\"{}", from.path, name, fmt::join(known, "\", \""),
                        near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

template <class Number>
void read(const given& from, std::vector<Number>& out, const limits& within) {
  const auto* list = from.node.as_array();
  if (list == nullptr) from.wrong_type("a list of whole numbers");
  out.clear();
  for (const toml::node& element : *list) read({element, from.path, from.place, {}}, out.emplace_back(), within);
}

template <class Number>
void read(const given& from, std::map<std::string, Number>& out, const limits& within) {
  const auto* entries = from.node.as_table();
  if (entries == nullptr) from.wrong_type("a table of numbers");
  for (const auto& [name, element] : *entries) {
    const std::string path = from.path + '.' + std::string(name.str());
    read({element, path, from.place, {}}, out[std::string(name.str())], within);
  }
}

}  // namespace m2grl::config_keys
