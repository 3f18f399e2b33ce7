#pragma once
/// Attributes of items, from a joined table.

#include <string>

#include "ingest/id_table.hpp"
#include "m2grl/config.hpp"
#include "m2grl/types.hpp"

namespace m2grl::ingest {

/// Values of one attribute: row i holds those of item number i of the log, in the cell's order.
struct attribute_values {
  std::vector<std::string> names;   ///< by value number
  ragged of_item;                   ///< [items] rows of value numbers
};

/// Reads `view`'s column of its table and joins it to the items of the log by the table's key.
/// Items that the table lacks have no values. Throws invalid_input (a key twice, an unknown column), io_error.
[[nodiscard]] attribute_values read_attributes(const data_config& data, const view_config& view,
                                               const id_names& items);

}  // namespace m2grl::ingest
