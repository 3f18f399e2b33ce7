#pragma once
/// Cuts a text into blocks that begin and end with whole records, and parses them on several threads.

#include <algorithm>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/parallel.hpp"
#include "ingest/text_source.hpp"

namespace m2grl::ingest {

/// Whole records of a text. buffer[end] is a '\n' that stands guard behind the text.
struct text_block {
  std::uint64_t index = 0;  ///< blocks are counted from 0, in the order of the text
  std::vector<char> buffer;
  std::size_t begin = 0, end = 0;

  [[nodiscard]] const char* text_begin() const noexcept { return buffer.data() + begin; }
  [[nodiscard]] const char* text_end() const noexcept { return buffer.data() + end; }
};

/// What a parser throws within a block: where, and why. The driver turns it into invalid_input.
struct parse_fault {
  const char* at;
  std::string message;
};

class block_reader {
 public:
  static constexpr std::size_t default_block_bytes = std::size_t{1} << 19;
  /// A longer record is a fault: a file without line ends, or a quote that is never closed, is not read into memory.
  static constexpr std::size_t most_record_bytes = std::size_t{1} << 24;

  /// `quote_delimiter`: line ends within "quoted" fields do not end a record, a field follows this
  /// delimiter or a line end; '\0': every line end ends a record.
  block_reader(text_source source, char quote_delimiter, std::size_t block_bytes = default_block_bytes)
      : source_(std::move(source)), quote_delimiter_(quote_delimiter), block_bytes_(block_bytes) {}

  /// The next block; false at the end or after a fault of the source. Thread-safe.
  bool next(text_block& block);
  /// Gives a block back, to be the next one (its header has been read).
  void put_back(text_block block);
  /// How many of `asked` workers can find a block: one where the text ends with the next block, which is read for it.
  /// Not while workers read.
  [[nodiscard]] std::size_t useful_workers(std::size_t asked);

  [[nodiscard]] const std::string& name() const noexcept { return source_.name(); }
  /// What the source threw, if it did. A parse_fault: the next record is too long; it has no place of its own, for no
  /// block holds it.
  [[nodiscard]] std::exception_ptr source_fault() const noexcept { return source_fault_; }
  /// No more blocks are handed out: a parser met a fault.
  void stop();

 private:
  bool cut_next(text_block& block);

  text_source source_;
  char quote_delimiter_;
  std::size_t block_bytes_;
  std::mutex mutex_;
  std::vector<char> carry_;
  std::optional<text_block> returned_;
  std::exception_ptr source_fault_;
  std::uint64_t next_index_ = 0;
  bool done_ = false;
};

/// The first fault of a text, by place, and lines per block to count with.
class fault_log {
 public:
  void add_lines(std::uint64_t block, std::uint64_t lines);
  void add_fault(const text_block& block, const parse_fault& found);
  /// Throws the first fault of all, by place, as invalid_input; the source's own fault where it came first.
  void rethrow(const block_reader& reader) const;
  /// Lines before each block.
  [[nodiscard]] std::vector<std::uint64_t> lines_before() const;

 private:
  struct fault {
    std::uint64_t block, line, column;  ///< line within the block, from 0
    std::string message;
  };
  mutable std::mutex mutex_;
  std::vector<std::uint64_t> lines_;
  std::optional<fault> first_;
};

/// Line ends within a block.
[[nodiscard]] std::uint64_t count_lines(const text_block& block);

/// Throws parse_fault at a NUL byte: the file is binary, or text in another encoding than UTF-8.
void require_text(const text_block& block);

/// Calls on_line(row) for every line of a block, without its line end.
template <class OnLine>
void for_each_line(const text_block& block, OnLine&& on_line) {
  std::string_view text(block.text_begin(), static_cast<std::size_t>(block.text_end() - block.text_begin()));
  while (!text.empty()) {
    std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), row.size() + 1));
    if (row.ends_with('\r')) row.remove_suffix(1);
    on_line(row);
  }
}

/// Calls parse(worker, block) → Result for every block; returns the results in the order of the text.
/// Throws invalid_input with the first fault's place. `lines_before`, if given, receives the lines before each block.
template <class Result, class Parse>
std::vector<Result> parse_blocks(block_reader& reader, std::size_t workers, Parse&& parse,
                                 std::vector<std::uint64_t>* lines_before = nullptr) {
  std::mutex mutex;
  std::vector<std::optional<Result>> results;
  fault_log faults;
  run_workers(workers, [&](std::size_t worker) {
    text_block block;
    while (reader.next(block)) {
      faults.add_lines(block.index, count_lines(block));
      try {
        require_text(block);
        Result result = parse(worker, block);
        const std::scoped_lock lock(mutex);
        if (results.size() <= block.index) results.resize(block.index + 1);
        results[block.index] = std::move(result);
      } catch (const parse_fault& fault) {
        faults.add_fault(block, fault);
        reader.stop();
      } catch (...) {
        reader.stop();
        throw;
      }
    }
  });
  faults.rethrow(reader);
  if (lines_before != nullptr) *lines_before = faults.lines_before();
  std::vector<Result> ordered;
  ordered.reserve(results.size());
  for (auto& result : results) ordered.push_back(std::move(*result));
  return ordered;
}

}  // namespace m2grl::ingest
