#include "graph/sort_keys.hpp"

#include <omp.h>
#include <thrust/execution_policy.h>
#include <thrust/merge.h>
#include <thrust/sort.h>

#include <algorithm>
#include <new>

#include "graph/large_buffer.hpp"
#include "parallel_failure.hpp"

namespace m2grl::graph_detail {
namespace {

/// Sorts one part a thread, then merges neighbours until there is one. Thrust's own parallel sort does the same, but
/// allocates within its parallel region, and ends the process where there is no memory.
template <class Sort, class Merge>
void sort_parts(std::size_t size, std::size_t element_bytes, const Sort& sort, const Merge& merge) try {
  const auto parts = std::min(static_cast<std::size_t>(omp_get_max_threads()), size / 4096 + 1);
  const auto begin = [&](std::size_t part) { return size / parts * part + std::min(part, size % parts); };
  parallel_failure failure;
#pragma omp parallel for schedule(static, 1)
  for (std::size_t p = 0; p < parts; ++p) failure.guard([&] { sort(begin(p), begin(p + 1)); });
  failure.rethrow();
  for (std::size_t width = 1; width < parts; width *= 2) {
#pragma omp parallel for schedule(static, 1)
    for (std::size_t p = 0; p < parts - width; p += 2 * width) {
      failure.guard([&] { merge(begin(p), begin(p + width), begin(std::min(p + 2 * width, parts))); });
    }
    failure.rethrow();
  }
} catch (const std::bad_alloc&) {
  throw_out_of_memory(size, element_bytes);
}

template <class Value>
void sort_pairs(std::uint64_t* keys, Value* values, std::size_t size) {
  sort_parts(
      size, sizeof(*keys) + sizeof(*values),
      [&](std::size_t begin, std::size_t end) {
        thrust::stable_sort_by_key(thrust::seq, keys + begin, keys + end, values + begin);
      },
      [&](std::size_t begin, std::size_t middle, std::size_t end) {
        large_buffer<std::uint64_t> merged(end - begin);
        large_buffer<Value> beside(end - begin);
        thrust::merge_by_key(thrust::seq, keys + begin, keys + middle, keys + middle, keys + end, values + begin,
                             values + middle, merged.data(), beside.data());
        std::copy_n(merged.data(), end - begin, keys + begin);
        std::copy_n(beside.data(), end - begin, values + begin);
      });
}

}  // namespace

void sort_keys(std::uint64_t* keys, std::size_t size) {
  sort_parts(
      size, sizeof(*keys),
      [&](std::size_t begin, std::size_t end) { thrust::stable_sort(thrust::seq, keys + begin, keys + end); },
      [&](std::size_t begin, std::size_t middle, std::size_t end) {
        large_buffer<std::uint64_t> merged(end - begin);
        std::merge(keys + begin, keys + middle, keys + middle, keys + end, merged.data());
        std::copy_n(merged.data(), end - begin, keys + begin);
      });
}

void sort_by_keys(std::uint64_t* keys, std::uint32_t* values, std::size_t size) { sort_pairs(keys, values, size); }
void sort_by_keys(std::uint64_t* keys, double* values, std::size_t size) { sort_pairs(keys, values, size); }

}  // namespace m2grl::graph_detail
