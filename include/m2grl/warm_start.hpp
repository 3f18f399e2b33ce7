#pragma once
/// Going on with a trained model on new events: old nodes keep ids and vectors, new ones are added.
///
///     load_options options{.known = known_nodes_of(old)};
///     dataset data = load_dataset(cfg, options);               // the new events; old ids first
///     const warm_tables warm = warm_start(old, cfg, data);
///     train_options how{.start = &warm.start};
///     model m = carry_over(old, make_model(cfg, std::move(data), train(cfg, data, how).learned));

#include <cstdint>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/model.hpp"

namespace M2GRL_API m2grl {

/// The nodes of all views of a model, for load_options::known. Refers to the model.
[[nodiscard]] std::vector<known_nodes> known_nodes_of(const model& old);

/// Where the vectors of one view come from.
struct warm_view {
  std::string name;
  std::uint64_t kept = 0;          ///< nodes of the old model
  std::uint64_t added = 0;         ///< nodes that it did not have
  std::uint64_t from_aligned = 0;  ///< of the added ones: those that begin where the alignment puts them
};

struct warm_tables {
  embeddings start;  ///< tables of all nodes, W, b and s_t
  std::vector<warm_view> views;
};

/// What a training on `data`, numbered with known_nodes_of(old), begins with. Views, links and tasks that the old model
/// has by the same name go on from its tables, W, b and s_t; others begin as in any training. An added node of a view
/// that links lead from begins at the e that minimises
///
///     Σ_v ‖W_v e − W'_v m_v‖² + λ‖e‖²,   λ = 10⁻³ · the mean of the diagonal of Σ_v W_vᵀ W_v,
///
/// m_v the count-weighted mean of the input vectors of its old nodes in the linked view v, W_v and W'_v the two sides
/// of that alignment; shortened to the root mean square length of the view's old vectors where it is longer. Added
/// nodes without such a node begin as in any training. Output vectors of added nodes begin at zero, s_t where it was,
/// though the first round sets it by its loss. Throws invalid_input where train.dim, relation_dim, a projection or the
/// shape of W is not the old model's, or the data were not numbered with its nodes.
[[nodiscard]] warm_tables warm_start(const model& old, const config& cfg, const dataset& data);

/// Adds what the old model knew to a model trained on from it: counts of nodes, and links with their counts. Throws
/// invalid_input where its nodes are not first in the new one's views.
[[nodiscard]] model carry_over(const model& old, model renewed);

}  // namespace m2grl
