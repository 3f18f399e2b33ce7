#include "model/staging.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <random>
#include <system_error>

#include "m2grl/error.hpp"
#include "model/files.hpp"

namespace m2grl::files {
namespace fs = std::filesystem;
namespace {

std::string reason(int code) { return std::generic_category().message(code); }

std::string random_suffix() {
  std::random_device device;
  return fmt::format("partial-{:08x}{:08x}", device(), device());
}

void make_directories(const fs::path& dir) {
  std::error_code code;
  fs::create_directories(dir, code);
  if (code) throw io_error(fmt::format("cannot create directory {}: {}", dir.string(), code.message()));
}

/// renameat2, where kernel and file system have it; false with errno EINVAL or ENOSYS where they have not.
bool rename_with(const fs::path& from, const fs::path& to, unsigned flags) {
#if defined(SYS_renameat2)
  return ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
#else
  (void)from, (void)to, (void)flags;
  errno = ENOSYS;
  return false;
#endif
}
constexpr unsigned no_replace = 1, exchange = 2;  // RENAME_NOREPLACE, RENAME_EXCHANGE
bool unsupported() { return errno == EINVAL || errno == ENOSYS; }

}  // namespace

staged_directory::staged_directory(const fs::path& place) {
  if (place.empty()) throw invalid_input("the name of the directory to write is empty");
  std::error_code code;
  place_ = fs::weakly_canonical(fs::absolute(place), code);
  if (code) throw io_error(fmt::format("cannot resolve {}: {}", place.string(), code.message()));
  if (place_.filename().empty()) place_ = place_.parent_path();  // a trailing slash
  if (!place_.has_relative_path()) {
    throw invalid_input(fmt::format("{} cannot be written: it is the root directory", place.string()));
  }
  make_directories(place_.parent_path());
  temporary_ = place_.parent_path() / fmt::format(".{}.{}", place_.filename().string(), random_suffix());
  if (::mkdir(temporary_.c_str(), 0777) != 0) {
    throw io_error(fmt::format("cannot create directory {}: {}", temporary_.string(), reason(errno)));
  }
  pending_ = true;
}

staged_directory::~staged_directory() {
  std::error_code ignored;
  if (pending_) fs::remove_all(temporary_, ignored);
}

void staged_directory::commit(bool replace) {
  sync_directory(temporary_);
  std::error_code code;
  if (fs::symlink_status(place_, code).type() == fs::file_type::not_found) {
    bool moved = rename_with(temporary_, place_, no_replace);
    if (!moved && unsupported()) moved = std::rename(temporary_.c_str(), place_.c_str()) == 0;
    if (!moved && errno == EEXIST) throw invalid_input(fmt::format("{} exists already", place_.string()));
    if (!moved)
      throw io_error(fmt::format("cannot rename {} to {}: {}", temporary_.string(), place_.string(), reason(errno)));
    pending_ = false;
  } else if (replace) {
    swap_in();
  } else {
    throw invalid_input(fmt::format("{} exists already", place_.string()));
  }
  sync_directory(place_.parent_path());
}

void staged_directory::swap_in() {
  fs::path old = temporary_;  // after an exchange the old directory bears the temporary name
  if (!rename_with(temporary_, place_, exchange)) {
    if (!unsupported()) throw io_error(fmt::format("cannot replace {}: {}", place_.string(), reason(errno)));
    old += ".old";
    if (std::rename(place_.c_str(), old.c_str()) != 0) {
      throw io_error(fmt::format("cannot replace {}: {}", place_.string(), reason(errno)));
    }
    if (std::rename(temporary_.c_str(), place_.c_str()) != 0) {
      const int cause = errno;
      (void)std::rename(old.c_str(), place_.c_str());  // back to where it was
      throw io_error(fmt::format("cannot replace {}: {}", place_.string(), reason(cause)));
    }
  }
  pending_ = false;
  sync_directory(place_.parent_path());
  std::error_code code;
  fs::remove_all(old, code);
  if (code)
    throw io_error(fmt::format("{} was replaced, but the old one, now {}, cannot be removed: {}", place_.string(),
                               old.string(), code.message()));
}

staged_files::staged_files(fs::path dir) : dir_(std::move(dir)), suffix_(random_suffix()) {
  if (dir_.empty()) throw invalid_input("the name of the directory to write to is empty");
  std::error_code code;
  made_ = !fs::exists(dir_, code);
  make_directories(dir_);
}

staged_files::~staged_files() {
  std::error_code ignored;
  for (const std::string& name : names_) fs::remove(dir_ / fmt::format(".{}.{}", name, suffix_), ignored);
  if (made_ && fs::is_empty(dir_, ignored) && !ignored) fs::remove(dir_, ignored);
}

fs::path staged_files::add(const std::string& name) {
  if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
    throw invalid_input(fmt::format("two files would be called {}", (dir_ / name).string()));
  }
  names_.push_back(name);
  return dir_ / fmt::format(".{}.{}", name, suffix_);
}

void staged_files::commit() {
  for (const std::string& name : names_) {
    const fs::path from = dir_ / fmt::format(".{}.{}", name, suffix_), to = dir_ / name;
    if (std::rename(from.c_str(), to.c_str()) != 0) {
      throw io_error(fmt::format("cannot rename {} to {}: {}", from.string(), to.string(), reason(errno)));
    }
  }
  names_.clear();
  sync_directory(dir_);
}

std::string file_name_of(const std::string& view) {
  std::string name;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const char c = view[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '~' || (c == '.' && i > 0);
    if (plain)
      name += c;
    else
      name += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
  }
  return name;
}

}  // namespace m2grl::files
