#include "memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "device.hpp"

#ifdef M2GRL_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace emulated {
namespace {

constexpr std::size_t region = std::size_t{2} << 30;  // of address space; pages come as they are touched
constexpr std::size_t alignment = 256;
constexpr std::size_t guard = 256;                          // behind each array
constexpr std::size_t most_filled = std::size_t{16} << 20;  // cuBLAS's work space is larger, and nobody reads it
constexpr std::size_t most_kept = std::size_t{64} << 20;    // of touched pages, each of which makes opening slower
constexpr unsigned char sentinel = 0xA5;
/// NaN as bf16, and twice as float; no index, nor a mark such as 0xFFFFFFFF.
constexpr unsigned char fresh[] = {0xE5, 0xFF};

/// What may be touched, for the address sanitizer.
void forbid([[maybe_unused]] const unsigned char* from, [[maybe_unused]] std::size_t bytes) {
#ifdef M2GRL_ASAN
  __asan_poison_memory_region(from, bytes);
#endif
}
void allow([[maybe_unused]] const unsigned char* from, [[maybe_unused]] std::size_t bytes) {
#ifdef M2GRL_ASAN
  __asan_unpoison_memory_region(from, bytes);
#endif
}

std::size_t padded(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

}  // namespace

memory_arena::memory_arena() {
  void* mapped = mmap(nullptr, region, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  base_ = static_cast<unsigned char*>(mapped);
}

memory_arena::~memory_arena() { munmap(base_, region); }

void memory_arena::open() {
  if (open_++ == 0) mprotect(base_, region, PROT_READ | PROT_WRITE);
}
void memory_arena::close() {
  if (--open_ == 0) mprotect(base_, region, PROT_NONE);
}

void* memory_arena::allocate(std::size_t bytes) {
  const std::size_t whole = padded(bytes) + guard;
  if (whole > region - next_) return nullptr;
  unsigned char* memory = base_ + next_;
  next_ += whole;
  most_ = std::max(most_, next_);
  used_ += bytes;
  peak_ = std::max(peak_, used_);
  const opened now(*this);
  allow(memory, whole);
  const std::size_t filled = bytes <= most_filled ? bytes : 4096;
  for (std::size_t i = 0; i < filled; ++i) memory[i] = fresh[i % 2];
  std::memset(memory + bytes, sentinel, whole - bytes);
  forbid(memory + bytes, whole - bytes);
  arrays_.emplace(reinterpret_cast<std::uintptr_t>(memory), bytes);
  return memory;
}

bool memory_arena::release(void* memory) {
  const auto found = arrays_.find(reinterpret_cast<std::uintptr_t>(memory));
  if (found == arrays_.end()) return false;
  auto* from = static_cast<unsigned char*>(memory);
  const std::size_t bytes = found->second, whole = padded(bytes) + guard;
  const opened now(*this);
  allow(from, whole);
  if (!std::all_of(from + bytes, from + whole, [](unsigned char byte) { return byte == sentinel; })) {
    report("a kernel or a copy wrote behind the end of an array of " + std::to_string(bytes) + " bytes");
  }
  forbid(from, whole);
  arrays_.erase(found);
  used_ -= bytes;
  if (arrays_.empty()) {
    next_ = 0;
    if (most_ > most_kept) {
      madvise(base_, most_, MADV_DONTNEED);
      most_ = 0;
    }
  }
  return true;
}

std::size_t memory_arena::bytes_from(const void* memory) const {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  auto found = arrays_.upper_bound(address);
  if (found == arrays_.begin()) return 0;
  --found;
  const std::uintptr_t end = found->first + found->second;
  return address < end ? end - address : 0;
}

bool memory_arena::contains(const void* memory) const {
  const auto* at = static_cast<const unsigned char*>(memory);
  return at >= base_ && at < base_ + region;
}

}  // namespace emulated
