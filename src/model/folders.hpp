#pragma once
/// Folders read and removed by the C library alone: std::filesystem's iterators end the process where memory runs out.

#include <dirent.h>

#include <filesystem>
#include <memory>
#include <string_view>

namespace m2grl::files {

struct close_folder {
  void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};
using open_folder = std::unique_ptr<DIR, close_folder>;

/// visit(name) for every entry but "." and "..". False where the folder cannot be opened.
template <class Visit>
bool for_each_name(const std::filesystem::path& folder, const Visit& visit) {
  const open_folder entries(::opendir(folder.c_str()));
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") visit(name);
  }
  return true;
}

/// With all that it holds; symbolic links are not followed. Returns 0, or the errno of what could not be removed.
int remove_folder(const std::filesystem::path& folder) noexcept;

}  // namespace m2grl::files
