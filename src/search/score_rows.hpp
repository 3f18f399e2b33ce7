#pragma once
/// Scores of queries against every candidate, by one way of scoring or several, a block of queries at a time.

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl {

/// One way of scoring: the inner products of queries [queries, d] and candidates [candidates, d]. Refers to them.
struct scored_tables {
  const table* queries = nullptr;
  const table* candidates = nullptr;
};

/// Scores of one query, [ways][candidates]; a visitor may overwrite them.
using score_rows = std::span<const std::span<float>>;

/// A visitor's own vectors, with what it left in them at its thread's last query: no need to allocate at each.
struct visitor_scratch {
  std::vector<float> scores;
  std::vector<node_id> best;
};
using query_visitor = std::function<void(std::size_t query, score_rows scores, visitor_scratch& own)>;

/// Calls the visitor for every query, from several threads, each query once. All ways have the same number of queries.
/// Throws invalid_input where dims or numbers differ, or a score is NaN, naming the query and the candidate.
void for_each_query(std::span<const scored_tables> ways, const query_visitor& visit);

/// The same for one way, with scores [candidates].
using row_visitor = std::function<void(std::size_t query, std::span<float> scores, visitor_scratch& own)>;
void for_each_score_row(const table& queries, const table& candidates, const row_visitor& visit);

/// What a visitor writes in the place of a score that is not to be ranked: a NaN, less than and equal to nothing.
inline constexpr float excluded_score = std::numeric_limits<float>::quiet_NaN();

/// Keeps the k best of scores, by descending score, ties by ascending id; excluded scores are left out.
/// `best` receives their ids in order.
void select_top_k(std::span<const float> scores, std::uint32_t k, std::vector<node_id>& best);

}  // namespace m2grl
