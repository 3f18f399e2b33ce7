#pragma once
/// Vectors in the space that two aligned views share.

#include "m2grl/config.hpp"
#include "m2grl/table.hpp"

namespace m2grl::metric {

/// f(W e) of every row e: nodes [n, dim], w [relation_dim, dim] → [n, relation_dim].
[[nodiscard]] table in_relation_space(const table& nodes, const table& w, projection_kind f);

}  // namespace m2grl::metric
