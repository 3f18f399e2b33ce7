#include "table_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace m2grl {

table gather_rows(const table& rows, std::span<const node_id> ids) {
  table gathered(ids.size(), rows.dim());
  for (std::size_t i = 0; i < ids.size(); ++i) std::copy(rows[ids[i]].begin(), rows[ids[i]].end(), gathered[i].begin());
  return gathered;
}

table unit_rows(const table& rows) {
  table units = rows.clone();
  for (std::size_t r = 0; r < units.rows(); ++r) {
    const double length = std::sqrt(std::inner_product(units[r].begin(), units[r].end(), units[r].begin(), 0.0));
    if (length == 0) continue;
    for (float& value : units[r]) value = static_cast<float>(static_cast<double>(value) / length);
  }
  return units;
}

}  // namespace m2grl
