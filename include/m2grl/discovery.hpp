#pragma once
/// Discovery: how well vectors predict events in categories that are new to a user, and how diverse their lists are.
///
/// A held-out query is a *discovery* query where its target has a category and nothing that the user did before, or in
/// the last days before, has the same one. Categories are main_nodes() of metric.hpp. Where the log has no times, what
/// the user did is the query's history. Lists are the best k of all items, without the history's.
///
/// "new_only" is the composed score with every category that is not new ruled out: what a perfect taste for the new
/// reaches that knows nothing else, and what it costs.
///
/// Mixing weight λ and penalty κ: score = (1 − λ)·z(composed) + λ·z(−d²) − κ·[the item's category is not new],
/// z(s) = (s − mean) / standard deviation over all candidates of the query. d² is the mean squared metric distance to
/// the history's items, weighed like the composed query. recommend_discoveries() of recommend.hpp makes such lists.

#include <cstdint>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"

namespace M2GRL_API m2grl {

/// Means over all queries, but for discovery_hit_rate.
struct discovery_at_k {
  std::uint32_t k = 10;
  estimate hit_rate;
  estimate discovery_hit_rate;     ///< over discovery queries; 0 where there are none
  double category_coverage = 0;    ///< share of the view's nodes that occur in some list
  double intra_list_distance = 0;  ///< mean of 1 − cosine of the item view's input vectors, over pairs of a list
  double novelty = 0;              ///< mean of −log2(an item's share of the training events), in bits
  /// Share of the lists outside the category of the history's last item; over queries whose last item has one.
  double outside_share = 0;
};

/// One way to score.
struct discovery_row {
  std::string scores;  ///< "item", "composed", "new_only", "mix"
  double mix = 0;      ///< λ of "mix"
  std::vector<discovery_at_k> at;
};

struct discovery_options {
  std::string view;          ///< category-like; empty: the metric's, else the first that the item view is linked to
  std::vector<double> mix;   ///< λ, each within 0 … 1; any but 0 needs a metric
  double known_penalty = 0;  ///< κ of the "mix" rows, ≥ 0
  /// A category is new again this many days after the user's last event in it; 0: never. Needs a log with times.
  double days = 0;
  resampling intervals{};  ///< over queries
};

struct discovery_evaluation {
  std::string protocol = "discovery";
  std::string split;  ///< "validation" or "test"
  std::string view;
  double days = 0;           ///< as asked for
  double known_penalty = 0;  ///< as asked for
  std::uint64_t queries = 0;
  std::uint64_t discovery_queries = 0;
  std::uint64_t unknown_queries = 0;  ///< no discovery: the target was unseen in training, or has no category
  std::vector<discovery_row> rows;    ///< "item" (the item view alone), "composed", "new_only", then a "mix" per λ
};

/// Uses the composition, history, decay and k of `how`. Throws invalid_input where the split holds no queries, the
/// view does not exist or is not linked, λ lies outside 0 … 1 or asks for a metric that the model lacks, κ or days are
/// negative, days are asked of a model that keeps no times, or a score is NaN.
[[nodiscard]] discovery_evaluation evaluate_discovery(const model& m, bool validation, const eval_config& how,
                                                      const discovery_options& options = {});

}  // namespace m2grl
