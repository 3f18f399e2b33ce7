#pragma once
/// Views from edge lists: graphs over shared sets of nodes.

#include <vector>

#include "ingest/block_reader.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

struct edge_views {
  std::vector<view_data> views;  ///< beside the configuration's; those from a log stay empty
  std::uint64_t edges = 0;       ///< lines that were edges, of all files; a file that serves several views counts once
  std::uint64_t unused = 0;      ///< of them: edges of a type that no view takes
};

/// Reads every view that names an edge list. The nodes of a set (share_nodes) are numbered by descending weighted
/// degree over all its views (ties: first seen). A node's count in a view is its weighted degree there, rounded, at
/// least 1; 0 where it has no edge. Nodes that the options know come first, under their ids. Throws invalid_input
/// (file, line, column), io_error.
[[nodiscard]] edge_views read_edge_views(const config& cfg, const load_options& options, std::size_t workers,
                                         std::size_t block_bytes = block_reader::default_block_bytes);

/// Node to node: every node of `from` to itself in `to`, where it has an edge there. The views share their nodes.
[[nodiscard]] link_data link_nodes(const view_data& from, const view_data& to);

}  // namespace m2grl::ingest
