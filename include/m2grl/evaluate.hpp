#pragma once
/// How well vectors predict held-out events, over all nodes (never a sample of them).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"
#include "m2grl/table.hpp"

namespace M2GRL_API m2grl {

/// Hit rate, normalised discounted cumulative gain and coverage of the first k places.
/// One target a query: HR at k = share of queries with rank ≤ k; NDCG at k = mean of 1 / log2(rank + 1) over them,
/// 0 beyond k. Coverage at k = share of all nodes that occur in some query's first k places.
struct metrics_at_k {
  std::uint32_t k = 10;
  double hit_rate = 0;
  double ndcg = 0;
  double coverage = 0;
  interval hit_rate_interval{}, ndcg_interval{};
};

struct ranking_metrics {
  std::uint64_t queries = 0;
  double mrr = 0;  ///< mean of 1 / rank
  interval mrr_interval{};
  std::vector<metrics_at_k> at;

  /// Metrics at k; throws invalid_input where k was not asked for.
  [[nodiscard]] const metrics_at_k& at_k(std::uint32_t k) const;
};

/// Ranks all candidates for each query, except those in its history (the target itself always stands).
/// rank = 1 + candidates with a higher score, or an equal score and a lower id. A target of no_node is a miss.
/// queries: [held_out.size(), d], candidates: [nodes, d]. A NaN score is an error (invalid_input), never a rank; so is
/// a node of held_out that is not among the candidates. By default the intervals have no width.
[[nodiscard]] ranking_metrics evaluate_ranking(const table& queries, const table& candidates, const query_set& held_out,
                                               std::span<const std::uint32_t> k, const resampling& intervals = {0, 1});

/// The same for a ranking by training counts [nodes].
[[nodiscard]] ranking_metrics evaluate_popularity(std::span<const std::uint64_t> counts, const query_set& held_out,
                                                  std::span<const std::uint32_t> k,
                                                  const resampling& intervals = {0, 1});

/// Expected metrics of a random order of the n candidates left to each query: HR at k = min(1, k/n),
/// NDCG at k = Σ_{r≤k} 1/log2(r+1) / n, MRR = H_n / n. Coverage is the expected share: the mean over nodes of
/// 1 − Π_q (1 − min(1, k/n_q)), over the queries that may show the node.
/// Its intervals have no width: nothing is drawn.
[[nodiscard]] ranking_metrics evaluate_random(std::size_t nodes, const query_set& held_out,
                                              std::span<const std::uint32_t> k);

/// Next-item evaluation of a model, with both baselines.
struct next_item_evaluation {
  std::string protocol = "next-item";
  std::string split;  ///< "validation" or "test"
  ranking_metrics model, popularity, random;
};

/// Uses the model's composition, history and decay settings in `how`.
/// Throws invalid_input where the model holds no queries of that split.
[[nodiscard]] next_item_evaluation evaluate_next_item(const model& m, bool validation, const eval_config& how,
                                                      const resampling& intervals = {});

/// HR at k on the validation queries of a data set, for early stopping. Throws invalid_input where there are none.
[[nodiscard]] double validation_hit_rate(const dataset& data, const embeddings& learned, const eval_config& how,
                                         std::uint32_t k = 10);

}  // namespace m2grl
