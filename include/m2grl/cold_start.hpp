#pragma once
/// How well items without any training event are recommended, by their attributes alone.

#include <cstdint>
#include <string>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"

namespace M2GRL_API m2grl {

/// Ranking metrics over the cold queries, those whose target has no node; coverage is that of the cold items.
struct cold_start_evaluation {
  std::string protocol = "cold-start";
  std::string split;                 ///< "validation" or "test"
  std::uint64_t cold_items = 0;      ///< that are ranked
  std::uint64_t unlinked_items = 0;  ///< of them: without a node in any composed view, their scores are all 0
  std::uint64_t empty_queries = 0;   ///< without an item in their history: all their scores are 0
  ranking_metrics model, random;
  ranking_metrics known_history;  ///< the model's over the queries whose history ends with an item that training saw
};

/// Ranks the model's cold items (dataset.hpp) among themselves for each cold query, by the attribute views of
/// `how.compose` alone: the query is the history's composed vector as in evaluate_next_item(), without the item view,
/// but with the history's own cold items; a cold item's vectors are composed from its attributes, zeros where it has
/// none.
/// Equal scores are ordered by a hash of query and item, drawn by intervals.seed, so that ties tell nothing.
/// Throws invalid_input where the model holds no cold query of that split, compose names no attribute view, or a score
/// is NaN.
[[nodiscard]] cold_start_evaluation evaluate_cold_start(const model& m, bool validation, const eval_config& how,
                                                        const resampling& intervals = {});

}  // namespace m2grl
