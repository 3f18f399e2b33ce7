#pragma once
/// The event log as columns of numbers.

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/block_reader.hpp"
#include "ingest/id_table.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

/// Events in the order of the file. Numbers count the ids of a column in order of first sight.
struct event_log {
  id_names users, items, sessions;
  std::vector<id_names> attributes;             ///< one per attribute column
  std::vector<node_id> user, item, session;     ///< [events]; session is empty without such a column
  std::vector<std::vector<node_id>> attribute;  ///< [columns][events]; no_node: an empty cell
  std::vector<std::int64_t> time;               ///< [events], empty without such a column
  std::vector<std::uint32_t> weight;            ///< [events], empty where every event weighs 1

  [[nodiscard]] std::size_t size() const noexcept { return item.size(); }
};

/// Reads data.events; `attribute_columns` are those of the views that lie in the log. Events that dwell or
/// event-type rules drop never get ids; the report says how many. Throws invalid_input, io_error.
[[nodiscard]] event_log read_event_log(const data_config& data, const std::vector<std::string>& attribute_columns,
                                       std::size_t workers, ingest_report& report,
                                       std::size_t block_bytes = block_reader::default_block_bytes);

/// Reads data.sequences: one user per line, item ids in order; every character of data.delimiter separates
/// (empty: white space). Throws invalid_input, io_error.
[[nodiscard]] event_log read_sequence_file(const data_config& data, std::size_t workers, ingest_report& report,
                                           std::size_t block_bytes = block_reader::default_block_bytes);

}  // namespace m2grl::ingest
