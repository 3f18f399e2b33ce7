#pragma once
/// Scores of queries against every candidate, a block of queries at a time.

#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl {

/// Calls visit(query, scores [candidates]) for every query, from several threads, each query once.
/// `scores` is the caller's to overwrite. Throws invalid_input where dims differ or a score is NaN.
void for_each_score_row(const table& queries, const table& candidates,
                        const std::function<void(std::size_t, std::span<float>)>& visit);

/// What a visitor writes in the place of a score that is not to be ranked: a NaN, less than and equal to nothing.
inline constexpr float excluded_score = std::numeric_limits<float>::quiet_NaN();

/// Keeps the k best of scores, by descending score, ties by ascending id; excluded scores are left out.
/// `best` receives their ids in order.
void select_top_k(std::span<const float> scores, std::uint32_t k, std::vector<node_id>& best);

}  // namespace m2grl
