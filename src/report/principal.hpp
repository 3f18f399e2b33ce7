#pragma once
/// Principal components.

#include <array>
#include <span>
#include <vector>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"
#include "report/plot.hpp"

namespace m2grl::report {

struct projection {
  std::vector<xy> points;              ///< one per row asked for
  std::array<double, 2> shares{0, 0};  ///< of the rows' variance that each axis shows
};

/// The rows, each scaled to length 1 (zeros stay zeros) and centred, on the two directions in which they vary most.
/// An axis points to where the largest of its direction's entries is positive.
[[nodiscard]] projection principal_components(const table& t, std::span<const node_id> rows);

}  // namespace m2grl::report
