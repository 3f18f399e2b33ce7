#pragma once
/// What a test sees of a directory.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace m2grl::test {

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}
/// Name → bytes of every file; directories have a '/' behind their names.
inline std::map<std::string, std::string> contents_of(const std::filesystem::path& dir) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    const std::string name = entry.path().lexically_relative(dir).string();
    if (entry.is_directory())
      contents[name + "/"] = "";
    else
      contents[name] = bytes_of(entry.path());
  }
  return contents;
}

}  // namespace m2grl::test
