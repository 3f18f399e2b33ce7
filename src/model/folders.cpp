#include "model/folders.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace m2grl::files {
namespace {

int remove_entries(DIR* entries) noexcept;

int remove_entry(int folder, const char* name) noexcept {
  if (::unlinkat(folder, name, 0) == 0) return 0;
  if (errno != EISDIR && errno != EPERM) return errno;  // EPERM: what POSIX says of a folder
  const int descriptor = ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const open_folder inner(::fdopendir(descriptor));
  if (!inner) {
    const int cause = errno;
    (void)::close(descriptor);
    return cause;
  }
  const int fault = remove_entries(inner.get());
  if (fault != 0) return fault;
  return ::unlinkat(folder, name, AT_REMOVEDIR) == 0 ? 0 : errno;
}

int remove_entries(DIR* entries) noexcept {
  int first = 0;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const int fault = remove_entry(::dirfd(entries), entry->d_name);
    if (first == 0) first = fault;
  }
  return first;
}

}  // namespace

int remove_folder(const std::filesystem::path& folder) noexcept {
  const open_folder entries(::opendir(folder.c_str()));
  if (!entries) return errno;
  const int fault = remove_entries(entries.get());
  if (fault != 0) return fault;
  return ::rmdir(folder.c_str()) == 0 ? 0 : errno;
}

}  // namespace m2grl::files
