#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "config/places.hpp"
#include "config/values.hpp"

namespace m2grl {
namespace {

using namespace config_keys;

input_place place_in(const std::string& file, const toml::source_region& region) {
  return {file, region.begin.line, region.begin.column};
}

/// Names of the keys of one table.
struct name_collector {
  std::vector<std::string> names;
  template <class Field>
  void operator()(std::string_view name, const Field&, const limits& = {}) {
    names.emplace_back(name);
  }
  template <class Struct>
  void table(std::string_view name, const Struct&) {
    names.emplace_back(name);
  }
  template <class Struct>
  void tables(std::string_view name, const std::vector<Struct>&) {
    names.emplace_back(name);
  }
};

/// `path` with array indices left out: "views.1.column" → "views.column".
std::string without_indices(const std::string& path) {
  std::string result;
  std::istringstream segments(path);
  for (std::string segment; std::getline(segments, segment, '.');) {
    if (segment.find_first_not_of("0123456789") != std::string::npos) result = join(result, segment);
  }
  return result;
}

/// Reads one TOML table into its struct.
struct table_reader {
  const toml::table& from;
  std::string path;
  const std::string& file;
  key_places& places;

  template <class Struct>
  void read_into(Struct& out) {
    refuse_unknown(out);
    describe(*this, out);
  }

  template <class Field>
  void operator()(std::string_view name, Field& field, const limits& within = {}) {
    const toml::node* node = from.get(name);
    if (node == nullptr) return;
    const std::string key = note(name, *node);
    read({*node, key, places[key], {}}, field, within);
  }

  template <class Struct>
  void table(std::string_view name, Struct& sub) {
    const toml::node* node = from.get(name);
    if (node == nullptr) return;
    const std::string key = note(name, *node);
    read_table(*node, key, sub);
  }

  template <class Struct>
  void tables(std::string_view name, std::vector<Struct>& subs) {
    const toml::node* node = from.get(name);
    if (node == nullptr) return;
    const std::string key = note(name, *node);
    const toml::array* list = node->as_array();
    if (list == nullptr)
      fail(places, key, fmt::format("{0} must be a list of tables ([[{0}]]), not {1}", key, shown(*node)));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string element = fmt::format("{}.{}", key, i);
      places[element] = place_in(file, (*list)[i].source());
      read_table((*list)[i], element, subs.emplace_back());
    }
  }

 private:
  std::string note(std::string_view name, const toml::node& node) {
    std::string key = join(path, name);
    places[key] = place_in(file, node.source());
    return key;
  }

  template <class Struct>
  void read_table(const toml::node& node, const std::string& key, Struct& sub) {
    if (!node.is_table()) fail(places, key, fmt::format("{} must be a table, not {}", key, shown(node)));
    table_reader inner{*node.as_table(), key, file, places};
    inner.read_into(sub);
  }

  template <class Struct>
  void refuse_unknown(const Struct& out) const {
    name_collector known;
    describe(known, out);
    for (const auto& [key, node] : from) {
      if (std::find(known.names.begin(), known.names.end(), key.str()) != known.names.end()) continue;
      const std::string full = join(path, key.str());
      throw invalid_input(place_in(file, key.source()),
                          fmt::format("unknown key \"{}\"{}", full, suggest_key(without_indices(full))));
    }
  }
};

/// Sets the one key of a configuration that an override names.
struct override_reader {
  std::vector<std::string> segments;  ///< of the key
  std::size_t at = 0;
  const toml::node& value;
  std::string_view raw;
  const input_place& place;
  std::string path{};  ///< of the key, with views by their number
  bool found = false;

  template <class Field>
  void operator()(std::string_view name, Field& field, const limits& within = {}) {
    if (!enters(name)) return;
    if (at + 1 == segments.size()) {
      read({value, path, place, raw}, field, within);
    } else if constexpr (requires { typename Field::mapped_type; }) {
      const std::string entry =
          fmt::format("{}", fmt::join(segments.begin() + static_cast<std::ptrdiff_t>(at) + 1, segments.end(), "."));
      path = join(path, entry);
      read({value, path, place, raw}, field[entry], within);
    } else {
      throw invalid_input(place, fmt::format("{} is a value, it has no keys", path));
    }
  }

  template <class Struct>
  void table(std::string_view name, Struct& sub) {
    if (enters(name)) descend(sub);
  }

  template <class Struct>
  void tables(std::string_view name, std::vector<Struct>& subs) {
    if (!enters(name)) return;
    if (++at == segments.size())
      throw invalid_input(place, fmt::format("{0} is a list of tables; name one of its keys, as in {0}.0.…", path));
    const std::size_t i = index_of(subs);
    path = fmt::format("{}.{}", path, i);
    descend(subs[i]);
  }

 private:
  bool enters(std::string_view name) {
    if (found || segments[at] != name) return false;
    found = true;
    path = join(path, name);
    return true;
  }

  template <class Struct>
  void descend(Struct& sub) {
    if (++at == segments.size()) throw invalid_input(place, fmt::format("{} is a table; name one of its keys", path));
    override_reader inner{segments, at, value, raw, place, path};
    describe(inner, sub);
    if (!inner.found) inner.unknown();
    path = inner.path;
  }

  /// The element that the segment names, by number or by its name.
  template <class Struct>
  std::size_t index_of(const std::vector<Struct>& subs) const {
    const std::string& segment = segments[at];
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(segment.data(), segment.data() + segment.size(), number);
    if (fault == std::errc() && end == segment.data() + segment.size() && number < subs.size()) return number;
    std::string known;
    if constexpr (requires { subs[0].name; }) {
      for (std::size_t i = 0; i < subs.size(); ++i) {
        if (subs[i].name == segment) return i;
        known += (i == 0 ? " (" : ", ") + subs[i].name + (i + 1 == subs.size() ? ")" : "");
      }
    }
    throw invalid_input(place,
                        fmt::format("there is no {}.{}; {} has {} entries{}", path, segment, path, subs.size(), known));
  }

 public:
  [[noreturn]] void unknown() const {
    std::string full = path;
    for (std::size_t i = at; i < segments.size(); ++i) full = join(full, segments[i]);
    throw invalid_input(place, fmt::format("unknown key \"{}\"{}", full, suggest_key(without_indices(full))));
  }
};

constexpr std::size_t most_text_bytes = std::size_t{1} << 19;

/// Throws where a key has so many parts ("a.a.a. …") that the tables within tables could not be walked through.
/// toml++ itself bounds how deep values are nested.
void check_dotted_keys(std::string_view text, const std::string& name) {
  constexpr std::size_t most_parts = 32;
  std::uint32_t line = 1;
  std::size_t dots = 0;
  char within = '\0';  // a quote or a comment
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      within = '\0';
      dots = 0;
    } else if (within != '\0') {
      if (c == within) within = '\0';
    } else if (c == '"' || c == '\'' || c == '#') {
      within = c == '#' ? '\n' : c;
    } else if (std::string_view("=,[]{}").find(c) != std::string_view::npos) {
      dots = 0;
    } else if (c == '.' && ++dots >= most_parts) {
      throw invalid_input({name, line}, fmt::format("a key has more than {} parts", most_parts));
    }
  }
}

void check_text(std::string_view text, const std::string& name) {
  if (text.size() > most_text_bytes) {
    throw invalid_input({name}, fmt::format("the configuration is longer than {} KiB", most_text_bytes >> 10));
  }
  check_dotted_keys(text, name);
}

toml::table parse_toml(std::string_view text, const std::string& name) {
  check_text(text, name);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& fault) {
    throw invalid_input(place_in(name, fault.source()), std::string(fault.description()));
  }
}

/// The value of an override as TOML; text that is none is a list without its brackets ("10,20") or a string.
toml::table override_value(const std::string& raw) {
  if (!raw.empty()) {
    for (const std::string& text : {fmt::format("value = {}", raw), fmt::format("value = [{}]", raw)}) {
      try {
        toml::table parsed = toml::parse(text);
        if (parsed.size() == 1) return parsed;  // more: a line end hid in the text
      } catch (const toml::parse_error&) {      // not TOML: the next reading
      }
    }
  }
  return toml::table{{"value", raw}};
}

void apply(config& cfg, const std::string& key, const std::string& raw, key_places& places) {
  const input_place place{"--set " + key, 0, 0};
  std::vector<std::string> segments;
  std::istringstream stream(key);
  for (std::string segment; std::getline(stream, segment, '.');) segments.push_back(segment);
  if (segments.empty()) throw invalid_input(place, "the name of the key is empty");
  const toml::table parsed = override_value(raw);
  override_reader reader{segments, 0, *parsed.get("value"), raw, place};
  describe(reader, cfg);
  if (!reader.found) reader.unknown();
  places[reader.path] = place;
}

config read_config(std::string_view text, const std::string& name,
                   const std::vector<std::pair<std::string, std::string>>& overrides, bool from_files) {
  const toml::table parsed = parse_toml(text, name);
  config cfg;
  key_places places{{"", {name, 0, 0}}};
  table_reader reader{parsed, "", name, places};
  reader.read_into(cfg);
  for (const auto& [key, value] : overrides) apply(cfg, key, value, places);
  check(cfg, places, from_files);
  return cfg;
}

}  // namespace

config parse_config(std::string_view text, const std::string& name,
                    const std::vector<std::pair<std::string, std::string>>& overrides) {
  return read_config(text, name, overrides, false);
}

config load_config(const std::filesystem::path& file,
                   const std::vector<std::pair<std::string, std::string>>& overrides) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw io_error(fmt::format(
        "cannot open the configuration {}: {}", file.string(),
        std::filesystem::is_directory(file) ? "it is a directory" : std::generic_category().message(errno)));
  }
  std::string text(most_text_bytes + 1, '\0');  // one more than is read: a longer one is refused
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) throw io_error(fmt::format("cannot read the configuration {}", file.string()));
  config cfg = read_config(text, file.string(), overrides, true);
  cfg.data.root = (file.parent_path() / cfg.data.root).lexically_normal();
  return cfg;
}

}  // namespace m2grl
