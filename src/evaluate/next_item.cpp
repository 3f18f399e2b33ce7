#include "m2grl/evaluate.hpp"

#include <fmt/format.h>

#include "evaluate/ranking.hpp"
#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "search/score_rows.hpp"

namespace m2grl {

using namespace ranking;  // NOLINT: this file and baselines.cpp are its users

namespace {

/// Rank of `target`, and the k best into `best`, after the history is excluded.
std::uint64_t rank_of(std::span<float> scores, std::span<const node_id> history, node_id target, std::uint32_t k,
                      std::vector<node_id>& best) {
  const float goal = target == no_node ? 0 : scores[target];
  for (const node_id id : history) scores[id] = excluded_score;
  if (target != no_node) scores[target] = goal;
  select_top_k(scores, k, best);
  if (target == no_node) return miss;
  std::uint64_t above = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) above += scores[i] > goal || (scores[i] == goal && i < target);
  return above + 1;
}

}  // namespace

ranking_metrics evaluate_ranking(const table& queries, const table& candidates, const query_set& held_out,
                                 std::span<const std::uint32_t> k, const resampling& intervals) {
  if (queries.rows() != held_out.size()) {
    throw invalid_input(fmt::format("{} query vectors for {} held-out queries", queries.rows(), held_out.size()));
  }
  const std::uint32_t most = largest(k);
  check_queries(held_out, candidates.rows());
  std::vector<std::uint64_t> ranks(held_out.size(), miss);
  shown_nodes shown(candidates.rows());
  for_each_score_row(queries, candidates, [&](std::size_t q, std::span<float> scores, visitor_scratch& own) {
    ranks[q] = rank_of(scores, held_out.histories[q], held_out.targets[q], most, own.best);
    shown.show(own.best);
  });
  return summarise(ranks, k, shown, intervals);
}

next_item_evaluation evaluate_next_item(const model& m, bool validation, const eval_config& how,
                                        const resampling& intervals) {
  const query_set& held_out = held_out_queries(m, validation);
  next_item_evaluation result;
  result.split = split_name(validation);
  const auto parts = parts_of(m, how.compose);
  const table queries = history_vectors(query_vectors(parts), held_out.histories, how.history, how.decay);
  result.model = evaluate_ranking(queries, candidate_vectors(parts, how.input_similarity), held_out, how.k, intervals);
  const auto& counts = m.views.front().ids.counts();
  result.popularity = evaluate_popularity(counts, held_out, how.k, intervals);
  result.random = evaluate_random(counts.size(), held_out, how.k);
  return result;
}

double validation_hit_rate(const dataset& data, const embeddings& learned, const eval_config& how, std::uint32_t k) {
  const auto parts = parts_of(data, learned, how.compose);
  const query_set& held_out = data.validation;
  if (held_out.size() == 0) {
    throw invalid_input(
        "there are no validation queries: only split.kind = \"last\" holds some out, of users with three "
        "events or more");
  }
  const table queries = history_vectors(query_vectors(parts), held_out.histories, how.history, how.decay);
  const std::uint32_t wanted[] = {k};
  return evaluate_ranking(queries, candidate_vectors(parts, how.input_similarity), held_out, wanted).at_k(k).hit_rate;
}

}  // namespace m2grl
