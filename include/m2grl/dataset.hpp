#pragma once
/// From files to what training needs: views with ids and sequences, links, held-out queries.

#include <cstdint>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/graph.hpp"
#include "m2grl/types.hpp"
#include "m2grl/vocabulary.hpp"

namespace M2GRL_API m2grl {

/// One view, ready to train.
struct view_data {
  std::string name;
  vocabulary ids;
  ragged sequences;  ///< training sequences; empty rows are left out
  csr_graph graph;   ///< filled where the view comes from an edge list, or trains on walks (see load_options)
  std::vector<std::uint32_t> event_weights;  ///< beside sequences.ids, where the log has weights and no graph was built
  /// [nodes] what negatives are drawn by where nodes were known before: the earlier counts and those of `ids`; else
  /// empty.
  std::vector<std::uint64_t> noise_counts{};
};

/// Links from the nodes of one view to those of another, by training occurrences.
/// Row i lists the `to` nodes of `from` node i with their counts.
struct link_data {
  std::size_t from = 0;  ///< indices into dataset::views
  std::size_t to = 0;
  ragged targets;                     ///< [nodes of `from`] rows
  std::vector<std::uint32_t> counts;  ///< beside targets.ids
};

/// Held-out queries over the item view (view 0). Query q: given histories[q] (oldest first), the next
/// item is targets[q]; no_node where the target was unseen in training (it counts as a miss).
/// History items unseen in training are left out; a history may be empty.
struct query_set {
  ragged histories;
  std::vector<node_id> targets;
  /// [queries] the row of cold_items that holds the target, no_node where the target has a node; empty where no cold
  /// items are kept.
  std::vector<std::uint32_t> cold_targets{};
  /// The histories with their cold items in place: an id below the item view's nodes is a node, the others follow as
  /// rows of cold_items, nodes + row; without rows where no cold items are kept.
  ragged cold_histories{};
  /// Everything of the user before the target, in other sessions, too, oldest first, and beside each how long before
  /// the target it was, in whole seconds; without rows where the log has no times.
  ragged past{};
  std::vector<std::uint32_t> past_seconds{};
  [[nodiscard]] std::size_t size() const noexcept { return targets.size(); }
};

/// Items of held-out events that have no node: unseen in training, or dropped by data.min_count. What is known of them
/// are the nodes of other views that their held-out events link them to.
struct cold_items {
  std::vector<std::string> ids;  ///< the caller's, in order of first sight in the log
  std::vector<link_data> links;  ///< from the rows of `ids` (`from` is 0, the item view), one per view linked from it
  [[nodiscard]] std::size_t size() const noexcept { return ids.size(); }
};

/// How many events (or lines, users, nodes) one rule dropped.
struct dropped_count {
  std::string rule;  ///< e.g. "dwell below 2 s", "user with more than 1000 events"
  std::uint64_t count = 0;
};

/// What reading the data did: every rule says what it dropped. Rules on events come first: events_read is
/// events_kept and what they dropped. Rules that begin with "view" speak of one view's nodes among the kept events.
/// Of a data set of edge lists alone, the edges are the events.
struct ingest_report {
  std::uint64_t events_read = 0;
  std::uint64_t events_kept = 0;  ///< training and held out
  std::uint64_t users = 0;        ///< with kept events
  std::uint64_t sessions = 0;     ///< of kept events, before the split
  std::vector<dropped_count> dropped;
  double seconds = 0;
  std::uint64_t training_events = 0;    ///< of those kept
  std::uint64_t crossing_sessions = 0;  ///< split by time: cut by the boundary, their begin trains
};

struct dataset {
  std::vector<view_data> views;
  std::vector<link_data> links;  ///< one per attribute view (item → attribute), then as config.links asks
  query_set validation;          ///< empty unless the split holds events out
  query_set test;
  ingest_report report;
  cold_items cold{};
};

/// The nodes of an earlier model's view.
struct known_nodes {
  std::string view;
  const vocabulary* ids = nullptr;
};

struct load_options {
  /// Whether to build the graphs of views that train on walks of a log. Else train() builds them, on a GPU where it
  /// trains on one.
  bool build_graphs = true;
  /// Views by these names keep these nodes under their ids, whether the data show them or not (their count is then 0),
  /// and number what else they find after them. Held-out events know them as well. Views whose nodes come from one set
  /// of edge lists keep those of the first that is known.
  std::vector<known_nodes> known{};
};

/// The nodes known of a view, or null.
[[nodiscard]] const vocabulary* known_ids(const load_options& options, const std::string& view);

/// Reads, joins, filters, splits and numbers the data of a configuration.
/// Throws invalid_input (file, line, column), io_error.
[[nodiscard]] dataset load_dataset(const config& cfg, const load_options& options = {});

}  // namespace m2grl
