#pragma once
/// Which category each node of a model belongs to, for colours.

#include <optional>
#include <vector>

#include "m2grl/model.hpp"

namespace m2grl::report {

struct categories {
  std::size_t view = 0;                    ///< the category-like view
  std::vector<node_id> largest;            ///< its nodes by their items, most first; at most as many as asked for
  std::vector<std::uint64_t> items;        ///< beside `largest`
  std::vector<std::vector<node_id>> main;  ///< [views][nodes]: a node of `view`, or no_node
};

/// The category view is the metric's or the first that the items are linked to; none: nothing to colour by. An item's
/// main category is the one it is linked to most often, that of a node of another view the one of most of its items.
[[nodiscard]] std::optional<categories> categories_of(const model& m, std::size_t most);

}  // namespace m2grl::report
