#pragma once
/// The exact search on a GPU, as the CPU's part of the library sees it.

#include <vector>

#include "m2grl/search.hpp"

namespace m2grl::search {

/// Longest list that a GPU search holds.
inline constexpr std::uint32_t most_on_gpu = 1024;

/// As exact_top_k(), on the current CUDA device; the same results. The search was checked, k is at most most_on_gpu.
/// Throws out_of_memory, cuda_error, and where m2grl was built without CUDA invalid_input.
[[nodiscard]] std::vector<std::vector<scored_node>> gpu_top_k(const table& queries, const table& candidates,
                                                              const search_options& how);

}  // namespace m2grl::search
