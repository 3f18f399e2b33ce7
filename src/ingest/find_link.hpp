#pragma once
/// The links of a data set or a model by their ends.

#include <algorithm>
#include <cstddef>
#include <span>

#include "m2grl/dataset.hpp"

namespace m2grl {

/// Those from view `from` to view `to`; null where there are none.
[[nodiscard]] inline const link_data* find_link(std::span<const link_data> links, std::size_t from, std::size_t to) {
  const auto found =
      std::find_if(links.begin(), links.end(), [&](const link_data& l) { return l.from == from && l.to == to; });
  return found == links.end() ? nullptr : &*found;
}

}  // namespace m2grl
