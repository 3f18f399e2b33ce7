#pragma once
/// How well the alignment tasks tell the nodes that are linked (an item's category) from all others of their view.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"

namespace M2GRL_API m2grl {

struct alignment_at_k {
  std::uint32_t k = 10;
  estimate hit_rate;  ///< share of an item's linked nodes that rank within k
};

/// Means over items: every item counts once, whatever its clicks; within an item, every linked node counts once.
/// Each linked node is compared with all nodes of the view that the item is not linked to, none of them sampled.
struct alignment_scores {
  estimate auc;  ///< share of the unlinked nodes that score lower, an equal score counting half
  estimate mrr;  ///< of rank = 1 + unlinked nodes that score higher + half of those that score the same
  std::vector<alignment_at_k> at;
};

/// One relation of the model.
struct alignment_row {
  std::string from, to;  ///< names of the views
  projection_kind projection = projection_kind::identity;
  std::uint64_t items = 0;           ///< nodes of `from` with linked and with unlinked nodes: those that are scored
  std::uint64_t unscored_items = 0;  ///< linked to no node, or to every one
  std::uint64_t nodes = 0;           ///< of `to`
  alignment_scores model;            ///< by the logit f(W e_i) · f(W e_j) + b
  alignment_scores popularity;       ///< by the training count of the node alone
};

struct alignment_evaluation {
  std::string protocol = "alignment";
  std::vector<alignment_row> rows;  ///< one per relation, in the model's order
};

/// The links are those that were trained on: the figures say how well the relation was learned, not how it fares on
/// links held out. `view`: relations to this view only; empty: all. Throws invalid_input where there is no such
/// relation, k is empty or 0, or a score is NaN.
[[nodiscard]] alignment_evaluation evaluate_alignment(const model& m, std::span<const std::uint32_t> k,
                                                      const std::string& view = {}, const resampling& intervals = {});

}  // namespace m2grl
