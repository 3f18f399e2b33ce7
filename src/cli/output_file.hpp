#pragma once
/// Files that appear whole or not at all.

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace m2grl::cli {

/// Ordered, so that a file lists its keys as they were written.
using json = nlohmann::ordered_json;

/// Written beside its place under another name, renamed by commit(), removed where commit() is never reached; a
/// symbolic link stays one. Pipes and devices are written to as they are; "-" and /dev/stdout are standard output.
/// Throws io_error.
class output_file {
 public:
  explicit output_file(const std::string& path);
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file();

  void write(std::string_view text);
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::string path_;             ///< as the caller calls it
  std::filesystem::path place_;  ///< the file that it stands for
  std::string part_;             ///< the name until commit(); empty for a stream
  std::FILE* stream_ = nullptr;
};

/// Writes `value` to a file, or to standard output ("-"); nothing where `path` is empty.
void write_json(const std::string& path, const json& value);

/// Throws io_error unless a file can be made beside `path`: its folder exists and may be written to. For "" and
/// "-" there is nothing to check.
void require_writable_place(const std::filesystem::path& path);

}  // namespace m2grl::cli
