#pragma once
/// What a configuration says of edge lists: their columns, and which views share their nodes.

#include <cstddef>
#include <string>
#include <string_view>

#include "m2grl/config.hpp"

namespace m2grl {

inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

/// Where the fields of an edge stand in its line; no_column: not there.
struct edge_columns {
  std::string text;  ///< as given, for messages
  std::size_t u = no_column, v = no_column, type = no_column, weight = no_column, label = no_column;
  std::size_t count = 0;         ///< fields of a line, `weight` included
  bool weight_optional = false;  ///< a line may lack its last field, the weight; all lines agree on it
};

/// Reads "type u v weight" (any order, "-" for a column that is passed over); empty: "u v" with an optional weight.
/// Throws invalid_input.
[[nodiscard]] edge_columns parse_edge_columns(std::string_view text);

/// Whether two views from edge lists are of the same nodes.
[[nodiscard]] bool share_nodes(const view_config& a, const view_config& b);

}  // namespace m2grl
