#include "config/values.hpp"

namespace m2grl::config_keys {

std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) return fmt::format("the string \"{}\"", text->get());
  if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  return "a date or time";
}

void given::wrong_type(std::string_view expected) const {
  fail(fmt::format("{} must be {}, not {}", path, expected, shown(node)));
}

void read(const given& from, bool& out, const limits&) {
  const auto* flag = from.node.as_boolean();
  if (flag == nullptr) from.wrong_type("true or false");
  out = flag->get();
}

void read(const given& from, double& out, const limits&) {
  if (const auto* real = from.node.as_floating_point()) {
    out = real->get();
  } else if (const auto* whole = from.node.as_integer()) {
    out = static_cast<double>(whole->get());
  } else {
    from.wrong_type("a number");
  }
}

void read(const given& from, std::string& out, const limits&) {
  if (const auto* text = from.node.as_string()) {
    out = text->get();
  } else if (from.raw) {
    out = *from.raw;
  } else {
    from.wrong_type("a string");
  }
}

void read(const given& from, std::filesystem::path& out, const limits&) {
  std::string text;
  read(from, text);
  out = text;
}

void read(const given& from, std::optional<std::int64_t>& out, const limits&) {
  const auto* whole = from.node.as_integer();
  if (whole == nullptr) from.wrong_type("a whole number");
  out = whole->get();
}

void read(const given& from, std::vector<compose_part>& out, const limits&) {
  std::vector<std::string> texts;
  if (const auto* list = from.node.as_array()) {
    for (const toml::node& element : *list) read({element, from.path, from.place, {}}, texts.emplace_back());
  } else if (from.node.is_string() || from.raw) {
    read(from, texts.emplace_back());
  } else {
    from.wrong_type("a string such as \"item,category:0.5\" or a list of such parts");
  }
  out.clear();
  for (const std::string& text : texts) {
    try {
      for (auto& part : parse_compose(text)) out.push_back(std::move(part));
    } catch (const invalid_input& fault) {
      from.fail(fmt::format("{}: {}", from.path, fault.what()));
    }
  }
}

}  // namespace m2grl::config_keys
