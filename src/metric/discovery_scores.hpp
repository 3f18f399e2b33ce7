#pragma once
/// Scores of every candidate for every held-out query, by each of the ways that discovery evaluation compares.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/model.hpp"
#include "m2grl/table.hpp"

namespace m2grl::metric {

/// Query and candidate vectors whose inner product is a score.
struct scored_tables {
  table queries;     ///< [held-out queries, d]
  table candidates;  ///< [items, d]
};

/// By one composition; by the metric: −d², the history's weights summing to 1.
[[nodiscard]] scored_tables composed_tables(const model& m, const query_set& held_out, const eval_config& how);
[[nodiscard]] scored_tables metric_tables(const model& m, const query_set& held_out, const eval_config& how);

/// Scores of one query, [ways][items]; the visitor may overwrite them.
using score_rows = std::span<const std::span<float>>;

/// Calls visit(query, scores) for every query, from several threads, each query once.
/// Throws invalid_input where a score is NaN, naming the query and the candidate.
void for_each_query(std::span<const scored_tables> ways, const std::function<void(std::size_t, score_rows)>& visit);

/// Shifts and scales to mean 0 and standard deviation 1; all 0 where every score is the same.
void standardise(std::span<float> scores);

}  // namespace m2grl::metric
