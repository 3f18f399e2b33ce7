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
#include "model/folders.hpp"

namespace m2grl::files {
namespace fs = std::filesystem;
namespace {

std::string reason(int code) { return std::generic_category().message(code); }

std::string random_digits() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}
std::string partial_suffix() { return "partial-" + random_digits(); }

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

/// `a` and `b` change names: in one step where kernel and file system can, else in three, over `aside`. False with
/// errno where they cannot; each bears its name then.
bool exchange_names(const fs::path& a, const fs::path& b, const fs::path& aside) {
  if (rename_with(a, b, exchange)) return true;
  if (!unsupported() || std::rename(b.c_str(), aside.c_str()) != 0) return false;
  const bool half = std::rename(a.c_str(), b.c_str()) == 0;
  if (half && std::rename(aside.c_str(), a.c_str()) == 0) return true;
  const int cause = errno;
  if (half) (void)std::rename(b.c_str(), a.c_str());
  (void)std::rename(aside.c_str(), b.c_str());
  errno = cause;
  return false;
}

template <class Work, class Undo>
void undone_on_failure(const Work& work, const Undo& undo) {
  try {
    work();
  } catch (...) {
    undo();
    throw;
  }
}

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
  temporary_ = place_.parent_path() / fmt::format(".{}.{}", place_.filename().string(), partial_suffix());
  if (::mkdir(temporary_.c_str(), 0777) != 0) {
    throw io_error(fmt::format("cannot create directory {}: {}", temporary_.string(), reason(errno)));
  }
  pending_ = true;
}

staged_directory::~staged_directory() {
  if (pending_) (void)remove_folder(temporary_);  // there is no one to tell
}

void staged_directory::commit(bool replace) {
  sync_directory(temporary_);
  std::error_code code;
  if (fs::symlink_status(place_, code).type() == fs::file_type::not_found) {
    move_in();
  } else if (replace) {
    swap_in();
  } else {
    throw invalid_input(fmt::format("{} exists already", place_.string()));
  }
}

void staged_directory::move_in() {
  const fs::path folder = place_.parent_path();
  bool moved = rename_with(temporary_, place_, no_replace);
  if (!moved && unsupported()) moved = std::rename(temporary_.c_str(), place_.c_str()) == 0;
  if (!moved && errno == EEXIST) throw invalid_input(fmt::format("{} exists already", place_.string()));
  if (!moved)
    throw io_error(fmt::format("cannot rename {} to {}: {}", temporary_.string(), place_.string(), reason(errno)));
  undone_on_failure([&] { sync_directory(folder); }, [&] { (void)std::rename(place_.c_str(), temporary_.c_str()); });
  pending_ = false;
}

void staged_directory::swap_in() {
  const fs::path folder = place_.parent_path();
  // Not "partial": whoever is killed before both names are exchanged leaves the old one under this name alone.
  const fs::path aside = folder / fmt::format(".{}.replaced-{}", place_.filename().string(), random_digits());
  if (!exchange_names(temporary_, place_, aside)) {
    throw io_error(fmt::format("cannot replace {}: {}", place_.string(), reason(errno)));
  }
  undone_on_failure([&] { sync_directory(folder); }, [&] { (void)exchange_names(temporary_, place_, aside); });
  pending_ = false;
  if (const int fault = remove_folder(temporary_); fault != 0) {  // the old one bears the temporary name now
    throw io_error(fmt::format("{} was replaced, but the old one, now {}, cannot be removed: {}", place_.string(),
                               temporary_.string(), reason(fault)));
  }
}

staged_files::staged_files(fs::path dir) : dir_(std::move(dir)), suffix_(partial_suffix()) {
  if (dir_.empty()) throw invalid_input("the name of the directory to write to is empty");
  std::error_code code;
  made_ = !fs::exists(dir_, code);
  make_directories(dir_);
}

staged_files::~staged_files() {
  for (const staged_file& file : files_) (void)::unlink(file.from.c_str());
  if (made_) (void)::rmdir(dir_.c_str());  // where it is empty
}

fs::path staged_files::add(const std::string& name) {
  const fs::path to = dir_ / name;
  if (std::any_of(files_.begin(), files_.end(), [&](const staged_file& file) { return file.to == to; })) {
    throw invalid_input(fmt::format("two files would be called {}", to.string()));
  }
  std::error_code code;
  if (fs::is_other(to, code)) throw invalid_input(fmt::format("{} is no file that could be replaced", to.string()));
  return files_.emplace_back(staged_file{dir_ / fmt::format(".{}.{}", name, suffix_), to}).from;
}

void staged_files::commit() {
  for (const staged_file& file : files_) {
    if (std::rename(file.from.c_str(), file.to.c_str()) != 0) {
      throw io_error(fmt::format("cannot rename {} to {}: {}", file.from.string(), file.to.string(), reason(errno)));
    }
  }
  files_.clear();
  made_ = false;
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
