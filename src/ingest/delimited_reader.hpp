#pragma once
/// CSV and TSV with a header line, quoted as RFC 4180 says.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/block_reader.hpp"

namespace m2grl::ingest {

inline constexpr int no_slot = -1;

/// Which fields of a record are wanted, and where they go.
struct table_layout {
  char delimiter = ',';
  std::vector<std::string> header;
  std::vector<int> slot_of_field;  ///< beside header; no_slot: not wanted
  int slots = 0;
};

/// The wanted fields of one record, by slot. They point into the block, or into `unescaped`.
struct record {
  std::vector<std::string_view> values;
  std::vector<const char*> starts;    ///< where each field begins in the block, for messages
  std::deque<std::string> unescaped;  ///< fields that held doubled quotes; live until the block ends
};

/// A table's header, and its records in blocks.
class delimited_reader {
 public:
  /// `delimiter`: one character; empty: tab for names in .tsv (before .gz, .zst), else comma. `delimiter_key`
  /// is the configuration's key for it, for messages. Throws io_error, invalid_input (an empty file, a damaged
  /// header).
  delimited_reader(const std::filesystem::path& root, const std::string& file, const std::string& delimiter,
                   std::string delimiter_key = "data.delimiter",
                   std::size_t block_bytes = block_reader::default_block_bytes);

  /// The slot of a wanted column; `role` says in the message what it is for. Throws invalid_input.
  int want(const std::string& column, std::string_view role);

  [[nodiscard]] const table_layout& layout() const noexcept { return layout_; }
  [[nodiscard]] block_reader& blocks() noexcept { return blocks_; }
  [[nodiscard]] const std::string& name() const noexcept { return blocks_.name(); }

 private:
  void read_header();
  [[nodiscard]] std::string delimiter_hint() const;
  [[nodiscard]] std::string columns() const;

  std::string delimiter_key_;
  table_layout layout_;
  block_reader blocks_;
  std::string header_line_;
};

/// Reads one field that begins with a quote at `p`; returns the place behind it. Throws parse_fault.
const char* read_quoted_field(const char* p, const char* end, char delimiter, std::deque<std::string>& unescaped,
                              std::string_view& value);
/// Throws the parse_fault of a record with too few or too many fields.
[[noreturn]] void throw_field_count(const char* at, std::size_t fields, std::size_t expected);

/// Calls on_record(record) for every record of a block; blank lines are passed over. Throws parse_fault.
template <class OnRecord>
void for_each_record(const text_block& block, const table_layout& layout, record& r, OnRecord&& on_record) {
  const char* p = block.text_begin();
  const char* const end = block.text_end();  // *end is a line end: no scan passes it
  const std::size_t fields = layout.header.size();
  r.values.resize(static_cast<std::size_t>(layout.slots));
  r.starts.resize(static_cast<std::size_t>(layout.slots));
  r.unescaped.clear();
  while (p < end) {
    if (*p == '\n' || (*p == '\r' && p[1] == '\n')) {
      p += *p == '\n' ? 1 : 2;
      continue;
    }
    for (std::size_t field = 0;; ++field, ++p) {
      if (field == fields) throw_field_count(p, field + 1, fields);
      const char* const start = p;
      std::string_view value;
      if (*p == '"') {
        p = read_quoted_field(p, end, layout.delimiter, r.unescaped, value);
      } else {
        while (*p != layout.delimiter && *p != '\n') ++p;
        value = {start, static_cast<std::size_t>(p - start) - (*p == '\n' && p > start && p[-1] == '\r' ? 1 : 0)};
      }
      if (const int slot = layout.slot_of_field[field]; slot != no_slot) {
        r.values[static_cast<std::size_t>(slot)] = value;
        r.starts[static_cast<std::size_t>(slot)] = start;
      }
      if (*p == '\n') {
        if (field + 1 != fields) throw_field_count(p, field + 1, fields);
        break;
      }
    }
    ++p;
    on_record(static_cast<const record&>(r));
  }
}

}  // namespace m2grl::ingest
