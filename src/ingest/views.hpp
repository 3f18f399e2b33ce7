#pragma once
/// Training events as views: ids by frequency, sequences, links.

#include <optional>
#include <string>
#include <vector>

#include "ingest/event_log.hpp"
#include "ingest/sessions.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"

namespace m2grl::ingest {

/// The values of one view at each event, before ids are final: numbers of a column's cells, or rows of values
/// that such a number (an item with attributes, a cell with several values) stands for.
struct value_source {
  std::vector<std::string> names;                  ///< by value number
  const std::vector<node_id>* of_event = nullptr;  ///< [events] values or, with `rows`, row numbers
  std::optional<ragged> rows;

  [[nodiscard]] std::span<const node_id> at(std::uint64_t event) const {
    const node_id& number = (*of_event)[event];
    if (number == no_node) return {};
    return rows ? (*rows)[number] : std::span(&number, 1);
  }
};

/// A view, and where each value went: value number → node, or no_node.
struct built_view {
  view_data view;
  std::vector<node_id> node_of_value;
};

/// Counts training events, numbers nodes by descending frequency (ties: first seen), drops nodes below
/// `min_count`, and writes the sequences. The nodes of `known`, which may be null, come first, under their ids. Event
/// weights multiply counts; those of the transitions stay beside the sequences.
[[nodiscard]] built_view build_view(const event_log& log, const split_events& split, const view_config& view,
                                    const value_source& values, std::uint64_t min_count, const vocabulary* known,
                                    ingest_report& report);

/// Links from the nodes of one view to those of another, by training events; counts stop at 2^32 − 1.
[[nodiscard]] link_data build_link(const event_log& log, const split_events& split, const built_view& from,
                                   const value_source& from_values, const built_view& to,
                                   const value_source& to_values);

}  // namespace m2grl::ingest
