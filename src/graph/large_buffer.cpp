#include "graph/large_buffer.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstdlib>

#include "m2grl/error.hpp"

namespace m2grl::graph_detail {
namespace {
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;
constexpr int madv_collapse = 25;  // Linux 6.1; older headers do not name it, older kernels refuse it
}  // namespace

void advise_huge_pages(const void* memory, std::size_t bytes, bool collapse) noexcept {
#ifdef MADV_HUGEPAGE
  const auto begin =
      (reinterpret_cast<std::uintptr_t>(memory) + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
  const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / huge_page_bytes * huge_page_bytes;
  if (begin >= end) return;
  auto* first = reinterpret_cast<void*>(begin);  // NOLINT: page arithmetic; contents stay as they are
  (void)madvise(first, end - begin, MADV_HUGEPAGE);
  if (collapse) (void)madvise(first, end - begin, madv_collapse);
#else
  (void)memory, (void)bytes, (void)collapse;
#endif
}

void throw_out_of_memory(std::size_t count, std::size_t element_bytes) {
  throw out_of_memory(fmt::format("cannot allocate {} elements of {} bytes for a graph", count, element_bytes));
}

void* allocate_large(std::size_t count, std::size_t element_bytes) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, element_bytes, &bytes) || bytes > SIZE_MAX / 2) {
    throw_out_of_memory(count, element_bytes);
  }
  if (bytes == 0) return nullptr;
  const std::size_t alignment = bytes >= huge_page_bytes ? huge_page_bytes : 64;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw_out_of_memory(count, element_bytes);
  advise_huge_pages(memory, bytes);
  return memory;
}

void free_large(void* memory) noexcept { std::free(memory); }

}  // namespace m2grl::graph_detail
