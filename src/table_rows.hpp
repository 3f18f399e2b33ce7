#pragma once
/// Tables made of other tables' rows.

#include <span>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl {

/// The rows that are asked for, [ids, dim].
[[nodiscard]] table gather_rows(const table& rows, std::span<const node_id> ids);

/// Every row divided by its length; rows of zeros stay.
[[nodiscard]] table unit_rows(const table& rows);

}  // namespace m2grl
