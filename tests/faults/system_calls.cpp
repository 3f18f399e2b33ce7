#include "system_calls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace m2grl::test {
namespace {

std::atomic<bool> armed{false};
std::atomic<std::uint64_t> calls{0}, interruptible_calls{0};
system_faults wanted;

/// Whether this call is one that fails; errno is set.
bool fails(bool is_write = false) {
  if (!armed.load(std::memory_order_acquire) || (wanted.writes_only && !is_write)) return false;
  const std::uint64_t number = ++calls;
  if (wanted.fail_at == 0 || number < wanted.fail_at || (number > wanted.fail_at && !wanted.from_then_on)) return false;
  errno = wanted.error;
  return true;
}

bool interrupted() {
  if (!armed.load(std::memory_order_acquire) || wanted.interrupt_every == 0) return false;
  if (++interruptible_calls % wanted.interrupt_every != 0) return false;
  errno = EINTR;
  return true;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void set_faults(const system_faults& faults) {
  wanted = faults;
  calls = interruptible_calls = 0;
  armed.store(true, std::memory_order_release);
}

std::uint64_t clear_faults() {
  armed.store(false, std::memory_order_release);
  return calls;
}

}  // namespace m2grl::test

namespace faults = m2grl::test;

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static const auto real = faults::next<ssize_t(int, const void*, size_t)>("write");
  if (faults::interrupted() || faults::fails(true)) return -1;
  if (faults::armed && faults::wanted.short_writes && count > 1) {
    count = faults::calls % 3 == 0 ? 1 : std::max<size_t>(1, count / 3);
  }
  return real(descriptor, bytes, count);
}

/// Nothing is flushed: no machine is switched off here, and a test writes thousands of files.
int fsync(int) { return faults::interrupted() || faults::fails() ? -1 : 0; }

/// Linux closes a descriptor whatever it returns.
int close(int descriptor) {
  static const auto real = faults::next<int(int)>("close");
  const int result = real(descriptor);
  return faults::interrupted() || faults::fails() ? -1 : result;
}

int open(const char* path, int flags, ...) {
  static const auto real = faults::next<int(const char*, int, ...)>("open");
  std::va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return faults::interrupted() || faults::fails() ? -1 : real(path, flags, mode);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = faults::next<int(const char*, mode_t)>("mkdir");
  return faults::fails() ? -1 : real(path, mode);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = faults::next<int(const char*, const char*)>("rename");
  return faults::fails() ? -1 : real(from, to);
}

/// renameat2 is called by its number: glibc has had a name for it since 2.28 only.
/// Six arguments are passed on, however few there are.
__attribute__((no_sanitize("address"))) long syscall(long number, ...) noexcept {
  static const auto real = faults::next<long(long, ...)>("syscall");
  std::va_list more;
  va_start(more, number);
  long a[6];
  for (long& value : a) value = va_arg(more, long);
  va_end(more);
  if (number == SYS_renameat2) {
    if (faults::armed && faults::wanted.plain_renames) {
      errno = EINVAL;
      return -1;
    }
    if (faults::fails()) return -1;
  }
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"
