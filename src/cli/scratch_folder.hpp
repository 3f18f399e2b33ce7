#pragma once
/// A folder for the length of a run.

#include <filesystem>

namespace m2grl::cli {

/// Made under the system's temporary folder, removed at the end with all it holds. Throws io_error.
class scratch_folder {
 public:
  scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// The path of a new, empty file under the system's temporary folder: PREFIX-XXXXXX.SUFFIX. It stays. Throws io_error.
[[nodiscard]] std::filesystem::path new_temporary_file(const std::string& prefix, const std::string& suffix);

}  // namespace m2grl::cli
