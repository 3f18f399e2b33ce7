#pragma once
/// What a run is: the data, the views and links made from it, the split, the training, the evaluation.
/// A configuration is a plain value: fill it in C++, or read it from TOML with load_config().

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "m2grl/api.hpp"

namespace M2GRL_API m2grl {

// ---------------------------------------------------------------- data

enum class time_unit { seconds, milliseconds, microseconds, nanoseconds };

/// An attribute table joined to the log: one line per key, e.g. item → category, brand.
struct attribute_table_config {
  std::string file;         ///< CSV or TSV, plain, .gz or .zst, relative to data_config::root
  std::string key;          ///< its key column; the values are those of the log's item column
  std::string delimiter{};  ///< one character; empty: tab for .tsv, else comma
};

/// Where the events come from and how they are cut into sessions. [data]
struct data_config {
  std::filesystem::path root;  ///< file names are relative to it (`--data`, or the configuration's folder)

  std::string events;     ///< the log: CSV/TSV with a header, plain, .gz, .zst, or "-" (standard input)
  std::string sequences;  ///< or: a text file, one sequence of item ids per line, oldest first
  std::string delimiter;  ///< one character; empty: tab for .tsv, else comma; for `sequences`, white space

  std::string user;  ///< columns of `events`, by header name; an empty name: not present
  std::string item;
  std::string time;
  std::string session;
  std::string dwell;       ///< seconds spent, for min_dwell
  std::string event_type;  ///< e.g. view, cart, buy; weighed by event_weights

  time_unit unit = time_unit::seconds;
  /// Weight of each event type, a whole number; 0 drops the type, an unlisted type is an error.
  /// An event of weight w counts w times in node frequencies, transition and link counts.
  std::map<std::string, std::uint32_t> event_weights;
  std::vector<attribute_table_config> tables;

  /// Columns of the views' edge lists, as in "type u v weight": u and v, then type and weight where they are there; "-"
  /// stands for a column that is passed over. Empty: "u v" or "u v weight".
  std::string edge_columns;

  /// A longer pause starts a new session; 0: one session per user. Without effect where `session` names a column.
  double session_gap_seconds = 1800;
  double min_dwell_seconds = 0;  ///< events with a shorter dwell are dropped
  /// Items with fewer training events are dropped from the item view; the attributes of those events stay.
  std::uint64_t min_count = 1;
  /// Users with more training events are dropped (bots), their held-out events included; 0: no limit.
  std::uint64_t max_user_events = 0;
};

// ---------------------------------------------------------------- views and links

enum class sequence_source { sessions, walks };
enum class walk_kind { uniform, weighted, node2vec };

/// Random walks over a view's graph. [[views]] with sequences = "walks"
struct walk_config {
  walk_kind kind = walk_kind::weighted;
  std::uint32_t per_node = 10;  ///< walks that start at each node, each epoch
  std::uint32_t length = 40;    ///< nodes in a walk
  double p = 1;                 ///< node2vec return parameter
  double q = 1;                 ///< node2vec in-out parameter
};

/// One view of the catalogue: a homogeneous graph with its own nodes. [[views]]
/// The first view is the item view: its nodes are recommended, the other views describe them.
struct view_config {
  std::string name;
  std::string column;     ///< column of the log, or of `table`; empty for the item view and edge lists
  std::string table;      ///< file of the attribute table that holds `column`; empty: a column of the log
  std::string separator;  ///< splits a cell with several values, which follow one another; empty: one per cell
  std::string edges;      ///< or: an edge list, one edge a line (data.edge_columns), white space or comma
  std::string edge_type;  ///< takes the edges of this type only; empty: all of the list
  /// Views from edge lists with the same set of nodes share its ids: node i is the same node in each, whether it has
  /// edges there or not, and they can be linked node to node. Empty: views of the same file share its nodes.
  std::string nodes;
  bool directed = false;        ///< graph: keep the direction of transitions (or edges)
  bool merge_repeats = false;   ///< merge runs of the same node within a sequence
  std::uint64_t min_count = 1;  ///< attribute nodes with fewer events are dropped from this view
  sequence_source sequences = sequence_source::sessions;
  walk_config walks;
};

enum class projection_kind { identity, sigmoid, tanh };

/// One linked pair of views: the occurrences of `from` nodes linked to their `to` nodes. [[links]]
struct link_config {
  std::string from;
  std::string to;
  projection_kind projection = projection_kind::identity;
  std::uint32_t relation_dim = 0;  ///< 0: as train.dim
  bool shared = true;              ///< one W for both sides (the paper), or one per side
  bool bias = true;                ///< learn b; false: the paper's form
  double ratio = 1;                ///< linked pairs drawn per centre of `from`
};

// ---------------------------------------------------------------- split

enum class split_kind { none, last, time };
enum class session_queries { last, prefix };

/// Which events are held out. A split never leaks: ids, counts, filters, graphs see training only. [split]
struct split_config {
  split_kind kind = split_kind::none;
  double quantile = 0.9;                 ///< time: the boundary is this quantile of session starts …
  std::optional<std::int64_t> boundary;  ///< … or this time, in the log's unit
  /// last: the last n events of each user are test queries, each asked after all events before it; the event before
  /// them is the validation query. A user with fewer than n + 2 events only trains.
  std::uint32_t test_events = 1;
  /// time: what each held-out session asks for: `last`, its last event after all before it; `prefix`, every event but
  /// the first, each after those before it.
  session_queries queries = session_queries::last;
};

// ---------------------------------------------------------------- training

enum class window_side { both, past };
enum class window_size { fixed, shrunk };
enum class negative_sampler { uniform, unigram, log_uniform };
enum class optimizer_kind { sgd, adagrad };
enum class align_optimizer_kind { tables, adam };
enum class weight_policy { normalised, raw, fixed };
enum class table_precision { fp32, bf16 };

/// Training of all tasks. [train]
struct train_config {
  std::uint32_t dim = 128;  ///< 1 … 1024
  std::uint32_t epochs = 10;
  std::uint64_t seed = 1;
  std::uint32_t threads = 0;   ///< 0: every core
  bool deterministic = false;  ///< one thread; same seed, same bits

  double learning_rate = 0.025;
  double min_learning_rate = 0;  ///< where the linear decay ends
  double warmup = 0;             ///< share of the run over which the rate first rises from 0
  optimizer_kind optimizer = optimizer_kind::sgd;
  /// One table a view in training, input and output at once: half the memory while it trains, and symmetric scores.
  /// What is learned has it twice.
  bool tied = false;
  /// Input vectors start uniform in ±init_scale/dim, by default word2vec's. Measured: wider ones rank items a little
  /// better and align worse (docs/options.md).
  double init_scale = 0.5;

  std::uint32_t window = 5;  ///< radius R, 1 … 16
  window_side side = window_side::both;
  window_size size = window_size::shrunk;
  std::uint32_t negatives = 5;  ///< K per centre, 1 … 31
  negative_sampler sampler = negative_sampler::unigram;
  double alpha = 0.75;                  ///< exponent of the unigram sampler
  bool mask_context_negatives = false;  ///< negatives equal to a context get no gradient
  double subsample = 0;                 ///< word2vec's threshold t; 0: off
  /// A pair, negatives included, whose logit is ± this or more gets no gradient, and its loss is that of the limit; 0:
  /// off. gensim's word2vec has 6.
  double logit_limit = 0;

  weight_policy task_weights = weight_policy::normalised;
  double task_weight_rate = 0.05;  ///< of s_t, per round
  double align_rate = 0.3;         ///< rate of the alignment tasks, relative to learning_rate
  double align_matrix_rate = 0.1;  ///< rate of W and b, relative to align_rate
  /// Of the rows that alignment moves: as `optimizer`, or lazy Adam (kernel/adam.hpp), whose steps are about
  /// learning_rate · align_rate in every dimension, whatever the gradient.
  align_optimizer_kind align_optimizer = align_optimizer_kind::tables;
  std::map<std::string, double> fixed_weights;  ///< policy `fixed`: weight per task; unlisted: 1

  std::uint32_t patience = 0;  ///< epochs without a better validation HR before stopping; 0: off

  table_precision precision = table_precision::fp32;  ///< of the tables in training; bf16 on a GPU only
  bool tf32 = false;                                  ///< alignment's products on a GPU may round their factors to TF32

  /// A checkpoint after so many seconds, or after every so many rounds (both may be given); 0: not by these.
  double checkpoint_seconds = 600;
  std::uint64_t checkpoint_steps = 0;
};

// ---------------------------------------------------------------- evaluation

/// One part of a composed vector: a view and its weight.
struct compose_part {
  std::string view;
  double weight = 1;
};

/// How vectors are composed and scored. [eval]
struct eval_config {
  std::vector<compose_part> compose;  ///< empty: the item view alone
  std::vector<std::uint32_t> k{10, 20};
  std::uint32_t history = 0;    ///< events of the history that make the query; 0: all
  double decay = 0.3;           ///< weight of the event k steps back is decay^k; 0: the last one only
  double input_similarity = 0;  ///< γ: share of in·in, "same contexts", beside in·out (compose.hpp)
};

// ---------------------------------------------------------------- the whole

struct config {
  data_config data;
  std::vector<view_config> views;
  std::vector<link_config> links;
  split_config split;
  train_config train;
  eval_config eval;
};

/// Reads a TOML configuration of a run on files; `overrides` are (dotted key, TOML value) pairs applied on top,
/// e.g. ("train.dim", "64"), ("views.0.name", "item") or, by the view's name, ("views.item.min_count", "5");
/// strings need no quotes. Unknown keys are errors that suggest the nearest known one; every range and name is
/// checked, as validate() does. data.root is relative to the file's folder, by default that folder.
/// Throws invalid_input (file, line, column; "--set KEY" for an override; a text longer than 512 KiB), io_error.
[[nodiscard]] config load_config(const std::filesystem::path& file,
                                 const std::vector<std::pair<std::string, std::string>>& overrides = {});

/// The same from text; `name` stands for the file in messages, and data.root stays as it is. A configuration that
/// names no log and no edge list is fine: its data lay in memory.
[[nodiscard]] config parse_config(std::string_view text, const std::string& name,
                                  const std::vector<std::pair<std::string, std::string>>& overrides = {});

/// Writes every key as TOML that parse_config() reads back to the same configuration.
[[nodiscard]] std::string to_toml(const config& cfg);

/// Throws invalid_input where a value is out of range, a name refers to nothing, or nothing says where the data of
/// a view comes from.
void validate(const config& cfg);

/// Parses "item,category:0.5" into parts; a weight of 1 where none is given. Throws invalid_input.
[[nodiscard]] std::vector<compose_part> parse_compose(std::string_view text);

}  // namespace m2grl
