#include <fmt/format.h>

#include <sstream>

#include "config/enum_names.hpp"
#include "config/keys.hpp"
#include "config/toml.hpp"

namespace m2grl {
namespace {

using namespace config_keys;

std::string quoted(const std::string& text) {
  std::ostringstream out;
  const toml::value<std::string> value(text);
  out << toml::toml_formatter(value, toml::format_flags::allow_unicode_strings);
  return out.str();
}

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(double value) { return fmt::format("{}", value); }  // the shortest that reads back the same
std::string text_of(std::uint32_t value) { return fmt::format("{}", value); }
std::string text_of(std::uint64_t value) {
  const bool fits = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return fits ? fmt::format("{}", value) : fmt::format("\"{}\"", value);
}
std::string text_of(const std::string& value) { return quoted(value); }
std::string text_of(const std::filesystem::path& value) { return quoted(value.string()); }
std::string text_of(const compose_part& part) { return quoted(fmt::format("{}:{}", part.view, part.weight)); }

template <class Enum>
requires std::is_enum_v<Enum> std::string text_of(Enum value) { return fmt::format("\"{}\"", spelled(value)); }

template <class Value>
std::string text_of(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(text_of(value));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

template <class Number>
std::string text_of(const std::map<std::string, Number>& values) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : values) texts.push_back(fmt::format("{} = {}", quoted(name), text_of(value)));
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

/// Writes one table: its values first, then the tables below it.
struct table_writer {
  std::string path;
  std::string values;
  std::string below;

  template <class Field>
  void operator()(std::string_view name, const Field& field, const limits& = {}) {
    if constexpr (requires { field.has_value(); }) {
      if (field) values += fmt::format("{} = {}\n", name, *field);
    } else {
      values += fmt::format("{} = {}\n", name, text_of(field));
    }
  }
  template <class Struct>
  void table(std::string_view name, const Struct& sub) {
    add(name, "[", "]", sub);
  }
  template <class Struct>
  void tables(std::string_view name, const std::vector<Struct>& subs) {
    for (const Struct& sub : subs) add(name, "[[", "]]", sub);
  }

 private:
  template <class Struct>
  void add(std::string_view name, std::string_view open, std::string_view close, const Struct& sub) {
    table_writer inner{join(path, name), {}, {}};
    describe(inner, sub);
    below += fmt::format("\n{}{}{}\n{}{}", open, inner.path, close, inner.values, inner.below);
  }
};

}  // namespace

std::string to_toml(const config& cfg) {
  table_writer writer;
  describe(writer, cfg);
  return writer.below.substr(1);
}

}  // namespace m2grl
