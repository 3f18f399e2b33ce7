#pragma once
/// Attributes of items from a joined table, and cells of several values.

#include <string>

#include "ingest/block_reader.hpp"
#include "ingest/id_table.hpp"
#include "m2grl/config.hpp"
#include "m2grl/types.hpp"

namespace m2grl::ingest {

/// Values of one attribute: row i holds those of item (or cell) number i of the log, in the cell's order,
/// each once.
struct attribute_values {
  std::vector<std::string> names;  ///< by value number
  ragged rows;                     ///< [items or cells] rows of value numbers
};

/// Reads `view`'s column of its table and joins it to the items of the log by the table's key.
/// Items that the table lacks have no values. Throws invalid_input (a key twice, an unknown column), io_error.
[[nodiscard]] attribute_values read_attributes(const data_config& data, const view_config& view, const id_names& items,
                                               std::size_t block_bytes = block_reader::default_block_bytes);

/// Splits the cells of a log column by a separator that is not empty; empty parts are passed over.
[[nodiscard]] attribute_values split_cells(const id_names& cells, const std::string& separator);

}  // namespace m2grl::ingest
