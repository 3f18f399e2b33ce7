#pragma once
/// Bytes of a text input: a file or standard input; plain, gzip or zstd, told apart by their first bytes.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace m2grl::ingest {

/// Turns the stored bytes into text.
class decoder {
 public:
  virtual ~decoder() = default;
  /// Writes up to `bytes` bytes; 0 only at the end. Throws invalid_input where the data is damaged or cut short.
  virtual std::size_t read(char* to, std::size_t bytes) = 0;
};

class text_source {
 public:
  /// `file` relative to `root`, or "-" for standard input. Throws io_error, invalid_input.
  text_source(const std::filesystem::path& root, const std::string& file);

  /// Reads up to `bytes` bytes of text, without the byte order mark; 0 only at the end.
  std::size_t read(char* to, std::size_t bytes);
  /// The file's name, as messages give it.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  void drop_byte_order_mark();

  std::string name_;
  std::unique_ptr<decoder> decoder_;
  std::string head_;  ///< read to look for the mark, not handed out yet
};

}  // namespace m2grl::ingest
