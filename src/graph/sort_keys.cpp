#include "graph/sort_keys.hpp"

#include <thrust/sort.h>
#include <thrust/system/omp/execution_policy.h>

#include <new>

#include "graph/large_buffer.hpp"

namespace m2grl::graph_detail {

void sort_keys(std::uint64_t* keys, std::size_t size) {
  try {
    thrust::stable_sort(thrust::omp::par, keys, keys + size);
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(size, sizeof(*keys));
  }
}

void sort_by_keys(std::uint64_t* keys, std::uint32_t* values, std::size_t size) {
  try {
    thrust::stable_sort_by_key(thrust::omp::par, keys, keys + size, values);
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(size, sizeof(*keys) + sizeof(*values));
  }
}

void sort_by_keys(std::uint64_t* keys, double* values, std::size_t size) {
  try {
    thrust::stable_sort_by_key(thrust::omp::par, keys, keys + size, values);
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(size, sizeof(*keys) + sizeof(*values));
  }
}

}  // namespace m2grl::graph_detail
