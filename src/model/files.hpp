#pragma once
/// Files written and read whole, with a checksum of every byte that passed.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace m2grl::files {

/// Size of a file and XXH3 (64 bits) of its bytes.
struct stamp {
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
  bool operator==(const stamp&) const = default;
};

/// XXH3 (64 bits) of a text.
[[nodiscard]] std::uint64_t checksum_of(std::string_view text);

class running_checksum {
 public:
  running_checksum();
  ~running_checksum();
  running_checksum(const running_checksum&) = delete;
  running_checksum& operator=(const running_checksum&) = delete;
  running_checksum(running_checksum&&) noexcept;
  running_checksum& operator=(running_checksum&&) noexcept;
  void add(const void* bytes, std::size_t count);
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// A new file, buffered. Throws io_error.
class output_file {
 public:
  /// The file must not exist.
  explicit output_file(std::filesystem::path path);
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file();

  void write(const void* bytes, std::size_t count);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Flushes to the device and closes. Without it the file is left unfinished.
  stamp finish();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void write_through(const char* bytes, std::size_t count);

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;
  std::uint64_t bytes_ = 0;
  running_checksum checksum_;
};

/// An existing regular file, buffered. Throws io_error; invalid_input where it ends too early.
class input_file {
 public:
  explicit input_file(std::filesystem::path path);
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file();

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return bytes_ - read_; }
  void read(void* to, std::size_t count);
  /// Of the bytes read so far.
  [[nodiscard]] std::uint64_t checksum() const { return checksum_.value(); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void refill();

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0, read_ = 0;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  running_checksum checksum_;
};

/// A whole small file as text. Throws io_error; invalid_input where it is larger than `most` bytes.
[[nodiscard]] std::string read_text(const std::filesystem::path& path, std::uint64_t most);

/// Makes the names in a directory durable. Throws io_error.
void sync_directory(const std::filesystem::path& dir);

}  // namespace m2grl::files
