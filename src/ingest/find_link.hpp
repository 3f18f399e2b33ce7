#pragma once
/// The links of a data set or a model by their ends, and the views that links name.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "m2grl/dataset.hpp"
#include "m2grl/error.hpp"

namespace m2grl {

/// Place of the view by this name among `views`, of a data set or of a configuration. Throws invalid_input.
template <class View>
[[nodiscard]] std::size_t view_of_link(const std::vector<View>& views, const std::string& name) {
  const auto found = std::find_if(views.begin(), views.end(), [&](const View& v) { return v.name == name; });
  if (found != views.end()) return static_cast<std::size_t>(found - views.begin());
  throw invalid_input(fmt::format("a link names view \"{}\", which does not exist", name));
}

/// Those from view `from` to view `to`; null where there are none.
[[nodiscard]] inline const link_data* find_link(std::span<const link_data> links, std::size_t from, std::size_t to) {
  const auto found =
      std::find_if(links.begin(), links.end(), [&](const link_data& l) { return l.from == from && l.to == to; });
  return found == links.end() ? nullptr : &*found;
}

}  // namespace m2grl
