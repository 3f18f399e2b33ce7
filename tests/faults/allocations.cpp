#include "allocations.hpp"

#include <execinfo.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" char __executable_start, etext;

namespace m2grl::test {
namespace {

std::atomic<std::uint64_t> fail_at{0}, allocations{0};
std::atomic<bool> later_ones_too{false};
std::atomic<std::int64_t> live{0};

/// Where this program's functions lie that destroy JSON, as nm tells of the whole table of symbols: the library's are
/// hidden, so that the dynamic linker knows them not.
std::vector<std::pair<std::uintptr_t, std::uintptr_t>> json_destructors() {
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> found;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  std::FILE* const lines = ::popen(("nm -S --defined-only '" + program + "'").c_str(), "r");
  if (lines == nullptr) std::abort();
  const auto base = reinterpret_cast<std::uintptr_t>(&__executable_start);
  char line[4096];
  while (std::fgets(line, sizeof line, lines) != nullptr) {
    const std::string_view text(line);
    const bool ends =
        text.find("7destroy") != text.npos || text.find("D1Ev") != text.npos || text.find("D2Ev") != text.npos;
    unsigned long long at = 0, size = 0;
    if (!ends || text.find("basic_json") == text.npos || std::sscanf(line, "%llx %llx", &at, &size) != 2) continue;
    found.emplace_back(base + at, base + at + size);
  }
  if (::pclose(lines) != 0 || found.empty()) std::abort();
  return found;
}

const auto destructors = json_destructors();  // before any allocation is made to fail

/// nlohmann's destructor of JSON allocates, and ends the process where it cannot: nothing that a caller could change.
bool is_json_destroyed() {
  void* frames[8];
  const int count = ::backtrace(frames, 8);
  return std::any_of(frames, frames + count, [](void* frame) {
    const auto at = reinterpret_cast<std::uintptr_t>(frame);
    return std::any_of(destructors.begin(), destructors.end(),
                       [at](const auto& range) { return range.first <= at && at < range.second; });
  });
}

/// Says where an exception ended the process: what this program is here to find.
[[noreturn]] void tell_end() {
  void* frames[40];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, 40), STDERR_FILENO);
  std::abort();
}
const std::terminate_handler before_telling = std::set_terminate(tell_end);

bool fails() {
  const std::uint64_t at = fail_at.load(std::memory_order_acquire);
  if (at == 0) return false;
  const std::uint64_t number = ++allocations;
  return (number == at || (number > at && later_ones_too)) && !is_json_destroyed();
}

void* counted(void* memory) {
  if (memory != nullptr) ++live;
  return memory;
}

}  // namespace

void fail_allocation(std::uint64_t number, bool from_then_on) {
  allocations = 0;
  later_ones_too = from_then_on;
  fail_at.store(number, std::memory_order_release);
}

std::uint64_t stop_failing() {
  fail_at.store(0, std::memory_order_release);
  return allocations;
}

std::int64_t live_allocations() { return live; }

}  // namespace m2grl::test

using m2grl::test::counted;
using m2grl::test::fails;

#ifdef M2GRL_ASAN
// The sanitizer's own functions stay: operator new alone fails.
namespace {
void* plain(std::size_t bytes) { return std::malloc(bytes); }
void* aligned(std::size_t alignment, std::size_t bytes) {
  return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}
void release(void* memory) { std::free(memory); }
}  // namespace

/// Of those libraries' own constructors: see leaks in without_memory.hpp.
extern "C" const char* __lsan_default_suppressions() { return "leak:nlohmann::\nleak:hnswlib::\n"; }
#else
extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);
}

namespace {

void* plain(std::size_t bytes) { return __libc_malloc(bytes); }
void* aligned(std::size_t alignment, std::size_t bytes) { return __libc_memalign(alignment, bytes); }
void release(void* memory) { __libc_free(memory); }

/// Whether the code at this address is of this program, into which the library is linked.
bool is_own(const void* caller) { return caller >= &__executable_start && caller < &etext; }

void* refused() {
  errno = ENOMEM;
  return nullptr;
}

/// Blocks that this program got from the C functions: by whom one is freed is not told by the caller's address, which a
/// tail call hides.
class block_set {
 public:
  void* add(void* memory) {
    if (memory == nullptr) return nullptr;
    for (auto& slot : bucket_of(memory)) {
      void* empty = nullptr;
      if (slot.compare_exchange_strong(empty, memory)) return counted(memory);
    }
    std::abort();  // more blocks than any test has
  }
  /// Whether it was there.
  bool remove(void* memory) {
    for (auto& slot : bucket_of(memory)) {
      void* found = memory;
      if (!slot.compare_exchange_strong(found, nullptr)) continue;
      --m2grl::test::live;
      return true;
    }
    return false;
  }

 private:
  using bucket = std::atomic<void*>[16];
  bucket& bucket_of(const void* memory) {
    return buckets_[reinterpret_cast<std::uintptr_t>(memory) / 16 * 0x9E3779B97F4A7C15 >> 54];
  }
  bucket buckets_[1024] = {};
};
constinit block_set blocks;

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_malloc(bytes);
  return fails() ? refused() : blocks.add(__libc_malloc(bytes));
}
void* calloc(std::size_t count, std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_calloc(count, bytes);
  return fails() ? refused() : blocks.add(__libc_calloc(count, bytes));
}
void* realloc(void* memory, std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_realloc(memory, bytes);
  if (fails()) return refused();
  const bool known = memory != nullptr && blocks.remove(memory);
  void* const moved = __libc_realloc(memory, bytes);
  return memory == nullptr || known ? blocks.add(moved) : moved;
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_memalign(alignment, bytes);
  return fails() ? refused() : blocks.add(__libc_memalign(alignment, bytes));
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  const bool own = is_own(__builtin_return_address(0));
  if (own && fails()) return ENOMEM;
  void* const found = __libc_memalign(alignment, bytes);
  if (found == nullptr) return ENOMEM;
  *memory = own ? blocks.add(found) : found;
  return 0;
}
void free(void* memory) {
  if (memory != nullptr) (void)blocks.remove(memory);
  __libc_free(memory);
}

}  // extern "C"
#endif

namespace {

void* make(std::size_t bytes) { return fails() ? nullptr : counted(plain(bytes > 0 ? bytes : 1)); }
void* make(std::size_t bytes, std::align_val_t alignment) {
  return fails() ? nullptr : counted(aligned(static_cast<std::size_t>(alignment), bytes > 0 ? bytes : 1));
}
void drop(void* memory) {
  if (memory == nullptr) return;
  --m2grl::test::live;
  release(memory);
}

}  // namespace

#include "support/replaced_new.hpp"
