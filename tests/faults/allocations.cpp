#include "allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

namespace m2grl::test {
namespace {

std::atomic<std::uint64_t> fail_at{0}, allocations{0};
std::atomic<bool> later_ones_too{false};
std::atomic<std::int64_t> live{0};

bool fails() {
  const std::uint64_t at = fail_at.load(std::memory_order_acquire);
  if (at == 0) return false;
  const std::uint64_t number = ++allocations;
  return number == at || (number > at && later_ones_too);
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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// A sanitizer's own functions stay: operator new alone fails.
namespace {
void* plain(std::size_t bytes) { return std::malloc(bytes); }
void* aligned(std::size_t alignment, std::size_t bytes) {
  return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}
void release(void* memory) { std::free(memory); }
}  // namespace
#else
extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);
extern char __executable_start, etext;
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

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_malloc(bytes);
  return fails() ? refused() : counted(__libc_malloc(bytes));
}
void* calloc(std::size_t count, std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_calloc(count, bytes);
  return fails() ? refused() : counted(__libc_calloc(count, bytes));
}
void* realloc(void* memory, std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_realloc(memory, bytes);
  if (fails()) return refused();
  void* const moved = __libc_realloc(memory, bytes);
  return memory == nullptr ? counted(moved) : moved;
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  if (!is_own(__builtin_return_address(0))) return __libc_memalign(alignment, bytes);
  return fails() ? refused() : counted(__libc_memalign(alignment, bytes));
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  const bool own = is_own(__builtin_return_address(0));
  if (own && fails()) return ENOMEM;
  void* const found = __libc_memalign(alignment, bytes);
  if (found == nullptr) return ENOMEM;
  *memory = own ? counted(found) : found;
  return 0;
}
void free(void* memory) {
  if (memory != nullptr && is_own(__builtin_return_address(0))) --m2grl::test::live;
  __libc_free(memory);
}

}  // extern "C"
#endif

namespace {

void* make(std::size_t bytes) { return fails() ? nullptr : counted(plain(bytes > 0 ? bytes : 1)); }
void* make(std::size_t bytes, std::align_val_t alignment) {
  return fails() ? nullptr : counted(aligned(static_cast<std::size_t>(alignment), bytes > 0 ? bytes : 1));
}
void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void drop(void* memory) {
  if (memory == nullptr) return;
  --m2grl::test::live;
  release(memory);
}

}  // namespace

void* operator new(std::size_t n) { return or_throw(make(n)); }
void* operator new[](std::size_t n) { return or_throw(make(n)); }
void* operator new(std::size_t n, std::align_val_t a) { return or_throw(make(n, a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return or_throw(make(n, a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return make(n); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return make(n); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return make(n, a); }
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return make(n, a); }
void operator delete(void* p) noexcept { drop(p); }
void operator delete[](void* p) noexcept { drop(p); }
void operator delete(void* p, std::size_t) noexcept { drop(p); }
void operator delete[](void* p, std::size_t) noexcept { drop(p); }
void operator delete(void* p, std::align_val_t) noexcept { drop(p); }
void operator delete[](void* p, std::align_val_t) noexcept { drop(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { drop(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { drop(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { drop(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { drop(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { drop(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { drop(p); }
