#include "model/id_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "m2grl/error.hpp"

namespace m2grl::files {
namespace {

std::string unescaped_id(std::string_view line, const input_file& file, std::uint64_t number) {
  std::string id;
  id.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      id += line[i];
      continue;
    }
    const char next = ++i < line.size() ? line[i] : '\0';
    if (next != '\\' && next != 'n' && next != 'r') {
      throw invalid_input({file.path().string(), number, i}, "a backslash is not followed by \\, n or r");
    }
    id += next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
  }
  return id;
}

}  // namespace

std::string escaped_id(std::string_view id) {
  std::string line;
  line.reserve(id.size());
  for (const char c : id) {
    if (c == '\\')
      line += "\\\\";
    else if (c == '\n')
      line += "\\n";
    else if (c == '\r')
      line += "\\r";
    else
      line += c;
  }
  return line;
}

void write_ids(output_file& file, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) file.write(escaped_id(id) + '\n');
}

std::vector<std::string> read_ids(input_file& file, std::uint64_t count) {
  const std::string name = file.path().string();
  if (count > file.bytes()) {  // a line has at least its end
    throw invalid_input({name}, fmt::format("the file has {} bytes, too few for {} ids", file.bytes(), count));
  }
  std::string text(file.left(), '\0');
  file.read(text.data(), text.size());
  std::vector<std::string> ids;
  ids.reserve(count);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) throw invalid_input({name, ids.size() + 1}, "the last line has no end");
    if (ids.size() == count) throw invalid_input({name, count + 1}, fmt::format("there are more than {} ids", count));
    ids.push_back(unescaped_id(rest.substr(0, end), file, ids.size() + 1));
    rest.remove_prefix(end + 1);
  }
  if (ids.size() != count)
    throw invalid_input({name}, fmt::format("the file has {} ids, expected {}", ids.size(), count));
  return ids;
}

}  // namespace m2grl::files
