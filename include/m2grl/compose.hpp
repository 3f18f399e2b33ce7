#pragma once
/// Composed vectors: one catalogue node has a vector in every view it is linked to.
///
///   query(i)     = [in_item(i), α·in_category(c_i), β·in_brand(b_i), …]
///   candidate(j) = [out_item(j) + γ·in_item(j), out_category(c_j) + γ·in_category(c_j), …]
///
/// so that query(i)·candidate(j) is the weighted sum of the views' scores in(i)·out(j) + γ·in(i)·in(j): what
/// follows i and, by a share γ (input_similarity), what is followed by the same nodes as i. γ = 0 is plain SGNS.

#include <span>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/model.hpp"
#include "m2grl/table.hpp"

namespace M2GRL_API m2grl {

/// One view's share of a composed vector. Refers to the caller's tables and links.
struct vector_part {
  const table* input = nullptr;     ///< [n_v, dim]
  const table* output = nullptr;    ///< [n_v, dim]
  const link_data* link = nullptr;  ///< item → nodes of the view; null for the item view itself
  double weight = 1;
};

/// Resolves view names; empty `compose`: the item view alone. Throws invalid_input where a view does not
/// exist, is named twice, or has no link from the item view.
[[nodiscard]] std::vector<vector_part> parts_of(const model& m, std::span<const compose_part> compose);
[[nodiscard]] std::vector<vector_part> parts_of(const dataset& data, const embeddings& learned,
                                                std::span<const compose_part> compose);

/// Composed query vectors of all items, [items, Σ dim]. An item with several nodes in a view has their
/// count-weighted mean; an item with none has zeros.
[[nodiscard]] table query_vectors(std::span<const vector_part> parts);
/// Composed candidate vectors of all items, [items, Σ dim]; the weights are on the query side.
/// `input_similarity` is γ above.
[[nodiscard]] table candidate_vectors(std::span<const vector_part> parts, double input_similarity = 0);

/// Query of each history, [histories, Σ dim]: Σ_k decay^k · query(the item k steps back), over the last `last`
/// items (0: all); decay 0 takes the last item alone. An empty history has zeros.
[[nodiscard]] table history_vectors(const table& item_queries, ragged_ref histories, std::uint32_t last, double decay);

}  // namespace m2grl
