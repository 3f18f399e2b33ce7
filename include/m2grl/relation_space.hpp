#pragma once
/// Vectors in the space that two aligned views share.

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/table.hpp"

namespace M2GRL_API m2grl {

/// f(W e) of every row e, as an alignment compares them: nodes [n, dim] (a view's input table), w [relation_dim, dim]
/// (relation::w_from, or w_to of the other side where each has its own) → [n, relation_dim].
[[nodiscard]] table in_relation_space(const table& nodes, const table& w, projection_kind f);

}  // namespace m2grl
