#pragma once
/// A view from an edge list.

#include "ingest/block_reader.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

/// Reads "u v [weight]" lines, separated by white space or commas; blank lines and lines that begin with '#'
/// are passed over. Ids come in order of descending weighted degree (ties: first seen), which is also their count
/// (rounded, at least 1). `edges_read` receives the number of lines that were edges.
/// Throws invalid_input (file, line, column), io_error.
[[nodiscard]] view_data read_edge_view(const data_config& data, const view_config& view, std::size_t workers,
                                       std::uint64_t& edges_read,
                                       std::size_t block_bytes = block_reader::default_block_bytes);

}  // namespace m2grl::ingest
