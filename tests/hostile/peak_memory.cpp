#include "peak_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>

namespace {

std::atomic<std::size_t> held{0}, most{0};

/// Of /proc/self/status, in bytes; 0 where it cannot be told.
std::size_t resident(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

}  // namespace

#ifndef M2GRL_TSAN  // whose own operators cannot be replaced: nothing is counted then
namespace {

/// Counts what was allocated; null stays null.
void* counted(void* memory) noexcept {
  if (memory == nullptr) return nullptr;
  const std::size_t now = held += malloc_usable_size(memory);
  for (std::size_t before = most; before < now && !most.compare_exchange_weak(before, now);) {
  }
  return memory;
}

void* make(std::size_t bytes) noexcept { return counted(std::malloc(bytes == 0 ? 1 : bytes)); }
void* make(std::size_t bytes, std::align_val_t alignment) noexcept {
  const auto unit = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(unit, (bytes / unit + 1) * unit));
}
void drop(void* memory) noexcept {
  if (memory == nullptr) return;
  held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

#include "support/replaced_new.hpp"
#endif

namespace m2grl::test {

std::size_t peak_memory_of(const std::function<void()>& call) {
  const std::size_t held_before = held;
  most = held_before;
  const bool reset = !sanitized && static_cast<bool>(std::ofstream("/proc/self/clear_refs") << 5 << std::flush);
  const std::size_t resident_before = resident("VmRSS:");
  call();
  const std::size_t resident_most = reset ? resident("VmHWM:") : resident_before;
  return std::max(most - held_before, resident_most - std::min(resident_most, resident_before));
}

}  // namespace m2grl::test
