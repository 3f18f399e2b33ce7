#pragma once
/// The vectors behind each way of scoring that discovery evaluation compares.

#include <span>

#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/model.hpp"
#include "m2grl/table.hpp"

namespace m2grl::discovery {

/// Query and candidate vectors whose inner product is a score.
struct score_vectors {
  table queries;     ///< [held-out queries, d]
  table candidates;  ///< [items, d]
};

/// By one composition; by the metric: −d², the history's weights summing to 1.
[[nodiscard]] score_vectors composed_vectors(const model& m, const query_set& held_out, const eval_config& how);
[[nodiscard]] score_vectors metric_vectors(const model& m, const query_set& held_out, const eval_config& how);

/// Shifts and scales to mean 0 and standard deviation 1; all 0 where every score is the same.
void standardise(std::span<float> scores);

}  // namespace m2grl::discovery
