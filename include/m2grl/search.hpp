#pragma once
/// Exact nearest neighbours by inner product or cosine.

#include <cstdint>
#include <vector>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl {

struct scored_node {
  node_id id = no_node;
  float score = 0;
};

enum class similarity { inner_product, cosine };

/// For each query row its k best candidates, by descending score, ties by ascending id. Row q of `excluded`
/// (if it has rows) lists ids that query q must not return. Blocks of queries are scored by one product each;
/// memory stays near 64 MiB a thread. Throws invalid_input where dims differ, k is 0, or a score is NaN.
[[nodiscard]] std::vector<std::vector<scored_node>> search_top_k(const table& queries, const table& candidates,
                                                                 std::uint32_t k, ragged_ref excluded = {},
                                                                 similarity by = similarity::inner_product);

}  // namespace m2grl
