#pragma once
/// A view from an edge list.

#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

/// Reads "u v [weight]" lines, separated by white space or commas; blank lines and lines that begin with '#'
/// are passed over. Ids come in order of descending weighted degree, which is also their count (rounded).
/// Throws invalid_input (file, line), io_error.
[[nodiscard]] view_data read_edge_view(const data_config& data, const view_config& view);

}  // namespace m2grl::ingest
