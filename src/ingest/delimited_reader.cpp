#include "ingest/delimited_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "ingest/numbers.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

constexpr std::size_t most_columns = std::size_t{1} << 16;

char choose_delimiter(std::string_view file, const std::string& delimiter, const std::string& key) {
  if (!delimiter.empty()) {
    if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n" || delimiter == "\r") {
      throw invalid_input(fmt::format("{} must be one character that is neither a quote nor a line end, not {}", key,
                                      ingest::quoted(delimiter)));
    }
    return delimiter[0];
  }
  for (const std::string_view suffix : {".gz", ".zst"}) {
    if (file.ends_with(suffix)) file.remove_suffix(suffix.size());
  }
  return file.ends_with(".tsv") ? '\t' : ',';
}

std::string spelled(char delimiter) {
  return delimiter == '\t' ? "a tab" : delimiter == ' ' ? "a space" : fmt::format("'{}'", delimiter);
}

}  // namespace

delimited_reader::delimited_reader(const std::filesystem::path& root, const std::string& file,
                                   const std::string& delimiter, std::string delimiter_key, std::size_t block_bytes)
    : delimiter_key_(std::move(delimiter_key)),
      layout_{choose_delimiter(file, delimiter, delimiter_key_), {}, {}, 0},
      blocks_(text_source(root, file), layout_.delimiter, block_bytes) {
  read_header();
}

void delimited_reader::read_header() {
  text_block block;
  const bool found = blocks_.next(block);
  fault_log faults;
  faults.rethrow(blocks_);
  if (!found) throw invalid_input({name()}, "the file is empty: it has no header line");
  const char* p = block.text_begin();
  std::deque<std::string> unescaped;
  try {
    require_text(block);
    for (;; ++p) {
      const char* const start = p;
      std::string_view value;
      if (*p == '"') {
        p = read_quoted_field(p, block.text_end(), layout_.delimiter, unescaped, value);
      } else {
        while (*p != layout_.delimiter && *p != '\n') ++p;
        value = {start, static_cast<std::size_t>(p - start)};
        if (*p == '\n' && value.ends_with('\r')) value.remove_suffix(1);
      }
      if (layout_.header.size() == most_columns) {
        throw parse_fault{start, fmt::format("the header has more than {} columns", most_columns)};
      }
      layout_.header.emplace_back(value);
      if (*p == '\n') break;
    }
  } catch (const parse_fault& fault) {
    faults.add_lines(block.index, count_lines(block));
    faults.add_fault(block, fault);
    faults.rethrow(blocks_);
  }
  header_line_.assign(block.text_begin(), p);
  layout_.slot_of_field.assign(layout_.header.size(), no_slot);
  block.begin = std::min(static_cast<std::size_t>(p - block.buffer.data()) + 1, block.end);
  blocks_.put_back(std::move(block));
}

int delimited_reader::want(const std::string& column, std::string_view role) {
  const auto& header = layout_.header;
  const auto found = std::find(header.begin(), header.end(), column);
  if (found == header.end()) {
    throw invalid_input({name(), 1}, fmt::format("there is no column {} ({}); the columns are {}{}",
                                                 ingest::quoted(column), role, columns(), delimiter_hint()));
  }
  if (std::find(found + 1, header.end(), column) != header.end()) {
    throw invalid_input({name(), 1}, fmt::format("column {} ({}) occurs twice", ingest::quoted(column), role));
  }
  int& slot = layout_.slot_of_field[static_cast<std::size_t>(found - header.begin())];
  if (slot == no_slot) slot = layout_.slots++;
  return slot;
}

std::string delimited_reader::columns() const {
  constexpr std::size_t most = 30;
  std::vector<std::string> names;
  for (const std::string& name : layout_.header) names.push_back(ingest::quoted(name));
  if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
  const std::size_t all = names.size();
  names.resize(most);
  return fmt::format("{}, … ({} in all)", fmt::join(names, ", "), all);
}

std::string delimited_reader::delimiter_hint() const {
  char best = layout_.delimiter;
  const auto count = [&](char c) { return std::count(header_line_.begin(), header_line_.end(), c); };
  for (const char candidate : {',', '\t', ';', '|', ' '}) {
    if (count(candidate) > count(best)) best = candidate;
  }
  if (best == layout_.delimiter) return "";
  return fmt::format("; the line seems to be split by {}, not by {}: set {}", spelled(best), spelled(layout_.delimiter),
                     delimiter_key_);
}

const char* read_quoted_field(const char* p, const char* end, char delimiter, std::deque<std::string>& unescaped,
                              std::string_view& value) {
  const char* const open = p;
  const char* part = p + 1;
  std::string* whole = nullptr;
  for (;;) {
    const char* close = part < end ? static_cast<const char*>(std::memchr(part, '"', end - part)) : nullptr;
    if (close == nullptr) throw parse_fault{open, "the quoted field that begins here is never closed"};
    const std::string_view text(part, static_cast<std::size_t>(close - part));
    if (close[1] != '"') {  // closed; behind the last byte stands '\n'
      if (whole != nullptr) whole->append(text);
      value = whole != nullptr ? std::string_view(*whole) : text;
      p = close + 1;
      break;
    }
    if (whole == nullptr) whole = &unescaped.emplace_back();
    whole->append(text).push_back('"');
    part = close + 2;
  }
  if (*p == '\r' && p[1] == '\n') ++p;
  if (*p != delimiter && *p != '\n') throw parse_fault{p, "there is text behind the closing quote"};
  return p;
}

void throw_field_count(const char* at, std::size_t fields, std::size_t expected) {
  if (fields > expected) {
    throw parse_fault{at, fmt::format("the line has more fields than the header, which has {}", expected)};
  }
  throw parse_fault{at, fmt::format("a value is missing: the line has {} of the header's {} fields", fields, expected)};
}

}  // namespace m2grl::ingest
