#include "m2grl/search.hpp"

#include <fmt/format.h>

#include <cmath>

#include "m2grl/error.hpp"
#include "recommend/score_rows.hpp"

namespace m2grl {
namespace {

table normalised(const table& rows) {
  table unit = rows.clone();
  for (std::size_t r = 0; r < unit.rows(); ++r) {
    double squares = 0;
    for (const float value : unit[r]) squares += static_cast<double>(value) * static_cast<double>(value);
    if (squares == 0) continue;                // a zero row scores 0 with everything
    const double length = std::sqrt(squares);  // divided in double: the inverse of a tiny one exceeds a float
    for (float& value : unit[r]) value = static_cast<float>(static_cast<double>(value) / length);
  }
  return unit;
}

}  // namespace

std::vector<std::vector<scored_node>> search_top_k(const table& queries, const table& candidates, std::uint32_t k,
                                                   ragged_ref excluded, similarity by) {
  if (k == 0) throw invalid_input("k is 0, it must be at least 1");
  if (excluded.size() != 0 && excluded.size() != queries.rows()) {
    throw invalid_input(fmt::format("{} queries, but {} rows of excluded ids", queries.rows(), excluded.size()));
  }
  if (by == similarity::cosine) return search_top_k(normalised(queries), normalised(candidates), k, excluded);
  std::vector<std::vector<scored_node>> results(queries.rows());
  for_each_score_row(queries, candidates, [&](std::size_t q, std::span<float> scores) {
    if (excluded.size() != 0) {
      for (const node_id id : excluded[q]) {
        if (id < scores.size()) scores[id] = excluded_score;
      }
    }
    std::vector<node_id> best;
    select_top_k(scores, k, best);
    results[q].reserve(best.size());
    for (const node_id id : best) results[q].push_back({id, scores[id]});
  });
  return results;
}

}  // namespace m2grl
