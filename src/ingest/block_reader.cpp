#include "ingest/block_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

std::size_t last_line_end(const char* text, std::size_t size) {
  const void* found = memrchr(text, '\n', size);
  return found == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(found) - text) + 1;
}

/// End of the last whole record in a text that begins with one; 0: none. A quote opens a field only at
/// the field's start, as in the parser: a stray one within a field is a plain character.
std::size_t last_record_end(const char* text, std::size_t size, char delimiter) {
  if (delimiter == '\0' || std::memchr(text, '"', size) == nullptr) return last_line_end(text, size);
  std::size_t end = 0;
  bool field_start = true;
  for (std::size_t i = 0; i < size; ++i) {
    if (field_start && text[i] == '"') {
      for (;;) {  // to the closing quote; a doubled quote reopens at once
        const void* close = std::memchr(text + i + 1, '"', size - i - 1);
        if (close == nullptr) return end;
        i = static_cast<std::size_t>(static_cast<const char*>(close) - text);
        if (i + 1 == size) return end;
        if (text[i + 1] != '"') break;
        ++i;
      }
      field_start = false;
      continue;
    }
    field_start = text[i] == '\n' || text[i] == delimiter;
    if (text[i] == '\n') end = i + 1;
  }
  return end;
}

/// Room for one more byte than `filled` and the '\n' behind; not for all that is wanted at once, so that a short text
/// costs little.
void make_room(std::vector<char>& buffer, std::size_t filled, std::size_t wanted) {
  constexpr std::size_t least = std::size_t{1} << 12, growth = 16;
  if (buffer.size() < filled + 2) buffer.resize(std::min(wanted + 1, std::max(least, growth * (filled + 2))));
}

}  // namespace

bool block_reader::next(text_block& block) {
  const std::scoped_lock lock(mutex_);
  if (done_ && !returned_) return false;
  try {
    return cut_next(block);
  } catch (...) {
    source_fault_ = std::current_exception();
    done_ = true;
    return false;
  }
}

void block_reader::put_back(text_block block) {
  const std::scoped_lock lock(mutex_);
  returned_ = std::move(block);
}

std::size_t block_reader::useful_workers(std::size_t asked) {
  text_block block;
  if (asked < 2 || !next(block)) return 1;
  put_back(std::move(block));
  return done_ ? 1 : asked;
}

void block_reader::stop() {
  const std::scoped_lock lock(mutex_);
  done_ = true;
  returned_.reset();
}

bool block_reader::cut_next(text_block& block) {
  if (returned_) {
    block = std::move(*returned_);
    returned_.reset();
    return true;
  }
  std::size_t filled = carry_.size(), wanted = filled + block_bytes_, cut = 0;
  bool ended = false;
  for (; cut == 0 && !ended; wanted *= 2) {
    if (filled > most_record_bytes) {
      throw parse_fault{nullptr, fmt::format("the line is longer than {} MiB: is this a text with line ends, and is "
                                             "every quote closed?",
                                             most_record_bytes >> 20)};
    }
    wanted = std::max(filled + 1, std::min(wanted, most_record_bytes + 1));
    make_room(block.buffer, filled, wanted);
    std::copy(carry_.begin(), carry_.end(), block.buffer.begin());
    while (filled < wanted && !ended) {
      make_room(block.buffer, filled, wanted);
      const std::size_t room = std::min(wanted, block.buffer.size() - 1) - filled;
      const std::size_t got = source_.read(block.buffer.data() + filled, room);
      filled += got;
      ended = got == 0;
    }
    cut = ended ? filled : last_record_end(block.buffer.data(), filled, quote_delimiter_);
  }
  done_ = ended;
  if (filled == 0) return false;
  carry_.assign(block.buffer.begin() + static_cast<std::ptrdiff_t>(cut),
                block.buffer.begin() + static_cast<std::ptrdiff_t>(filled));
  block.buffer[cut] = '\n';
  block.begin = 0;
  block.end = cut;
  block.index = next_index_++;
  return true;
}

std::uint64_t count_lines(const text_block& block) {
  return static_cast<std::uint64_t>(std::count(block.buffer.data(), block.text_end(), '\n'));
}

void require_text(const text_block& block) {
  const auto bytes = static_cast<std::size_t>(block.text_end() - block.text_begin());
  const void* nul = std::memchr(block.text_begin(), '\0', bytes);
  if (nul != nullptr)
    throw parse_fault{static_cast<const char*>(nul), "there is a NUL byte: the file is not UTF-8 text"};
}

void fault_log::add_lines(std::uint64_t block, std::uint64_t lines) {
  const std::scoped_lock lock(mutex_);
  if (lines_.size() <= block) lines_.resize(block + 1);
  lines_[block] = lines;
}

void fault_log::add_fault(const text_block& block, const parse_fault& found) {
  const char* begin = block.buffer.data();
  const auto line = static_cast<std::uint64_t>(std::count(begin, found.at, '\n'));
  const std::size_t line_begin = last_line_end(begin, static_cast<std::size_t>(found.at - begin));
  const auto column = static_cast<std::uint64_t>(found.at - begin) - line_begin + 1;
  const std::scoped_lock lock(mutex_);
  if (!first_ || block.index < first_->block) first_ = fault{block.index, line, column, found.message};
}

std::vector<std::uint64_t> fault_log::lines_before() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::uint64_t> before(lines_.size() + 1, 0);
  for (std::size_t i = 0; i < lines_.size(); ++i) before[i + 1] = before[i] + lines_[i];
  return before;
}

void fault_log::rethrow(const block_reader& reader) const {
  const auto before = lines_before();
  const std::scoped_lock lock(mutex_);
  if (reader.source_fault() && !first_) {  // a block that was handed out comes before what could not be read
    try {
      std::rethrow_exception(reader.source_fault());
    } catch (const parse_fault& unread) {
      throw invalid_input({reader.name(), before.back() + 1, 1}, unread.message);
    }
  }
  if (first_) {
    throw invalid_input({reader.name(), before[first_->block] + first_->line + 1, first_->column}, first_->message);
  }
}

}  // namespace m2grl::ingest
