#pragma once
/// Scores of single pairs, and ranks of edges among all candidates, by the vectors of one view.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/link_prediction.hpp"
#include "m2grl/model.hpp"

namespace m2grl {

/// The nodes and vectors of one view, as edges are scored with them. Refers to the model.
class edge_scorer {
 public:
  edge_scorer(const model_view& view, edge_score how);

  /// Whether a node has an edge of the view in training.
  [[nodiscard]] bool knows(node_id node) const { return node != no_node && view_.ids.counts()[node] > 0; }
  /// −infinity where one of the nodes is unknown.
  [[nodiscard]] float score(node_id u, node_id v) const;

  /// Ranks of targets[q] as the other end of nodes[q], from 1, ties half; known nodes only. Left out are nodes[q]
  /// itself and excluded[nodes[q]], but never the target.
  [[nodiscard]] std::vector<double> ranks(std::span<const node_id> nodes, std::span<const node_id> targets,
                                          ragged_ref excluded) const;

 private:
  void rank_block(std::span<const node_id> nodes, std::span<const node_id> targets, ragged_ref excluded,
                  std::span<double> ranks) const;

  const model_view& view_;
  edge_score how_;
  table units_;                   ///< cosine: input vectors of length 1
  std::vector<node_id> unknown_;  ///< nodes without an edge
};

}  // namespace m2grl
