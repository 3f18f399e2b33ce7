#pragma once
/// The lines of an edge list.

#include <filesystem>
#include <string>
#include <vector>

#include "config/edge_lists.hpp"
#include "ingest/block_reader.hpp"
#include "ingest/id_table.hpp"

namespace m2grl::ingest {

/// Edges in the order of the file; ids and types are numbers in order of first sight.
struct edge_file {
  std::string name;  ///< as messages give it
  id_names nodes;
  id_names types;  ///< none where the columns name no type
  std::vector<node_id> from, to;
  std::vector<node_id> type;        ///< empty: no type column
  std::vector<double> weight;       ///< empty: 1 each
  std::vector<std::uint8_t> label;  ///< empty: no label column

  [[nodiscard]] std::size_t size() const noexcept { return from.size(); }
};

struct edge_file_options {
  edge_columns columns;
  std::vector<std::string> types{};  ///< that may occur; empty: any
  std::size_t workers = 1;
  std::size_t block_bytes = block_reader::default_block_bytes;
};

/// Reads fields separated by white space or commas; blank lines and lines that begin with '#' are passed over.
/// Throws invalid_input (file, line, column) where a line has other fields than the columns say, a weight is not a
/// finite number > 0, a label neither 0 nor 1, a type not one that may occur, or there are no edges; io_error.
[[nodiscard]] edge_file read_edge_file(const std::filesystem::path& root, const std::string& file,
                                       const edge_file_options& options);

}  // namespace m2grl::ingest
