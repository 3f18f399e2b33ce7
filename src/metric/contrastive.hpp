#pragma once
/// Contrastive loss of pairs of rows, and the gradient of a linear map in front of them.

#include <cstddef>
#include <span>

#include "m2grl/table.hpp"
#include "metric/pair_term.hpp"

namespace m2grl::metric {

/// Sum of the losses of all terms; adds their gradient to dz, of z's shape. Coincident rows that belong apart have no
/// direction to part in: they count in the loss, and get no gradient.
[[nodiscard]] double contrastive(const table& z, std::span<const pair_term> terms, double margin, table& dz);

/// z = x Mᵀ for the first `rows` rows: x [rows, dim], M [out, dim], z [rows, out]. The same bits for any number of
/// threads.
void project_rows(const table& x, const table& m, std::size_t rows, table& z);
/// dm = dzᵀ x over the first `rows` rows: the gradient of M.
void pull_back(const table& dz, const table& x, std::size_t rows, table& dm);

}  // namespace m2grl::metric
