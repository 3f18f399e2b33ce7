#pragma once
/// The exact search with block sizes of the caller's choice.

#include <cstddef>
#include <vector>

#include "m2grl/search.hpp"

namespace m2grl::search {

/// Rows of one matrix product. The scores of a block, 1 MiB, stay in a core's own cache between product and selection.
struct block_sizes {
  std::size_t queries = 256;
  std::size_t candidates = 1024;
};

/// search_top_k() by blocks of these sizes, which change nothing in its results.
[[nodiscard]] std::vector<std::vector<scored_node>> exact_top_k(const table& queries, const table& candidates,
                                                                const search_options& how, block_sizes sizes = {});

/// Whether a search runs on a GPU. Throws invalid_input where one is asked for that is not there, or k is beyond it.
[[nodiscard]] bool on_gpu(const search_options& how);

/// Throws invalid_input where queries, candidates and k do not fit.
void check_search(const table& queries, const table& candidates, std::uint32_t k);

}  // namespace m2grl::search
