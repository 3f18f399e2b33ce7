#pragma once
/// Scores of queries against every candidate, a block of queries at a time.

#include <cstdint>
#include <functional>
#include <span>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl {

/// Calls visit(query, scores [candidates]) for every query, from several threads, each query once.
/// `scores` is the caller's to overwrite. Throws invalid_input where dims differ or a score is NaN.
void for_each_score_row(const table& queries, const table& candidates,
                        const std::function<void(std::size_t, std::span<float>)>& visit);

/// Keeps the k best of scores, by descending score, ties by ascending id; entries of −∞ are left out.
/// `best` receives their ids in order.
void select_top_k(std::span<const float> scores, std::uint32_t k, std::vector<node_id>& best);

}  // namespace m2grl
