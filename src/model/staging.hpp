#pragma once
/// Writes that are seen whole or not at all.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace m2grl::files {

/// A directory made under a temporary name beside its place (".NAME.partial-…"), and moved there when whole.
/// Destroyed before commit() has succeeded, it is removed with all it holds.
class staged_directory {
 public:
  /// `place` is where it will stand; missing parents are made. Throws io_error, invalid_input.
  explicit staged_directory(const std::filesystem::path& place);
  staged_directory(const staged_directory&) = delete;
  staged_directory& operator=(const staged_directory&) = delete;
  ~staged_directory();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return temporary_; }
  /// Where it will stand: `place`, absolute, symbolic links followed.
  [[nodiscard]] const std::filesystem::path& place() const noexcept { return place_; }
  /// Moves it to its place. `replace`: a directory that stands there is swapped out in one step and then removed;
  /// otherwise anything there is an error. Where it throws io_error or invalid_input, what stood there stands, or is
  /// replaced but could not be removed.
  void commit(bool replace);

 private:
  void move_in();
  void swap_in();

  std::filesystem::path place_, temporary_;
  bool pending_ = false;
};

/// Files written under temporary names within a directory, renamed together at the end.
class staged_files {
 public:
  /// Makes `dir` and its parents where they do not exist. Throws io_error.
  explicit staged_files(std::filesystem::path dir);
  staged_files(const staged_files&) = delete;
  staged_files& operator=(const staged_files&) = delete;
  ~staged_files();

  /// Where to write the file that will be called `name`. Throws invalid_input where a name comes twice, or a
  /// pipe or a device bears it.
  std::filesystem::path add(const std::string& name);
  /// Renames every file to its name, replacing what bore it. Throws io_error.
  void commit();

 private:
  std::filesystem::path dir_;
  std::string suffix_;
  bool made_ = false;
  struct staged_file {
    std::filesystem::path from, to;
  };
  std::vector<staged_file> files_;
};

/// A view's name as a file name: bytes other than letters, digits, '_', '-', '~' and inner '.' become %XX.
[[nodiscard]] std::string file_name_of(const std::string& view);

}  // namespace m2grl::files
