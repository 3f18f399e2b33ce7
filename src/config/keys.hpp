#pragma once
/// The one description of every configuration key: its name, its field, its range. Reading, writing, range
/// checks and the search for the nearest known key are visitors over it. A visitor has
///   v(name, field, limits)     a value: number, text, enumeration, list or map of values
///   v.table(name, struct)      a sub-table
///   v.tables(name, vector)     an array of tables

#include <concepts>
#include <limits>
#include <string>
#include <type_traits>

#include "m2grl/config.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"

namespace m2grl::config_keys {

/// Range of a number (of each number, in a list or map). Never holds for NaN or infinity.
struct limits {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;
  bool high_excluded = false;

  [[nodiscard]] bool hold(double x) const noexcept {
    return (low_excluded ? x > low : x >= low) && (high_excluded ? x < high : x <= high) &&
           x - x == 0;  // neither infinite nor NaN
  }
};

inline constexpr limits positive{0, std::numeric_limits<double>::infinity(), true};
[[nodiscard]] constexpr limits at_least(double low) { return {low}; }
[[nodiscard]] constexpr limits between(double low, double high) { return {low, high}; }

template <class Struct, class Plain>
concept maybe_const = std::same_as<std::remove_const_t<Struct>, Plain>;

template <class Visitor, maybe_const<attribute_table_config> S>
void describe(Visitor& v, S& t) {
  v("file", t.file);
  v("key", t.key);
  v("delimiter", t.delimiter);
}

template <class Visitor, maybe_const<data_config> S>
void describe(Visitor& v, S& d) {
  v("root", d.root);
  v("events", d.events);
  v("sequences", d.sequences);
  v("delimiter", d.delimiter);
  v("user", d.user);
  v("item", d.item);
  v("time", d.time);
  v("session", d.session);
  v("dwell", d.dwell);
  v("event_type", d.event_type);
  v("unit", d.unit);
  v("event_weights", d.event_weights);
  v("session_gap_seconds", d.session_gap_seconds, at_least(0));
  v("min_dwell_seconds", d.min_dwell_seconds, at_least(0));
  v("min_count", d.min_count, at_least(1));
  v("max_user_events", d.max_user_events);
  v.tables("tables", d.tables);
  v("edge_columns", d.edge_columns);
}

template <class Visitor, maybe_const<walk_config> S>
void describe(Visitor& v, S& w) {
  v("kind", w.kind);
  v("per_node", w.per_node, between(1, 1e6));
  v("length", w.length, between(2, 1e6));
  v("p", w.p, positive);
  v("q", w.q, positive);
}

template <class Visitor, maybe_const<view_config> S>
void describe(Visitor& v, S& view) {
  v("name", view.name);
  v("column", view.column);
  v("table", view.table);
  v("separator", view.separator);
  v("edges", view.edges);
  v("edge_type", view.edge_type);
  v("nodes", view.nodes);
  v("directed", view.directed);
  v("merge_repeats", view.merge_repeats);
  v("min_count", view.min_count, at_least(1));
  v("sequences", view.sequences);
  v.table("walks", view.walks);
}

template <class Visitor, maybe_const<link_config> S>
void describe(Visitor& v, S& link) {
  v("from", link.from);
  v("to", link.to);
  v("projection", link.projection);
  v("relation_dim", link.relation_dim, between(0, 1024));
  v("shared", link.shared);
  v("bias", link.bias);
  v("ratio", link.ratio, positive);
}

template <class Visitor, maybe_const<split_config> S>
void describe(Visitor& v, S& split) {
  v("kind", split.kind);
  v("quantile", split.quantile, limits{0, 1, true, true});
  v("boundary", split.boundary);
  v("test_events", split.test_events, between(1, 1e6));
  v("queries", split.queries);
}

template <class Visitor, maybe_const<train_config> S>
void describe(Visitor& v, S& t) {
  v("dim", t.dim, between(1, 1024));
  v("epochs", t.epochs, between(1, 1e6));
  v("seed", t.seed);
  v("threads", t.threads, between(0, 4096));
  v("deterministic", t.deterministic);
  v("learning_rate", t.learning_rate, positive);
  v("min_learning_rate", t.min_learning_rate, at_least(0));
  v("warmup", t.warmup, limits{0, 1, false, true});
  v("optimizer", t.optimizer);
  v("tied", t.tied);
  v("init_scale", t.init_scale, between(1e-6, 1e6));
  v("window", t.window, between(1, kernel::max_radius));
  v("side", t.side);
  v("size", t.size);
  v("negatives", t.negatives, between(1, kernel::max_negatives));
  v("sampler", t.sampler);
  v("alpha", t.alpha, at_least(0));
  v("mask_context_negatives", t.mask_context_negatives);
  v("logit_limit", t.logit_limit, between(0, kernel::largest_logit));
  v("subsample", t.subsample, at_least(0));
  v("task_weights", t.task_weights);
  v("task_weight_rate", t.task_weight_rate, positive);
  v("align_rate", t.align_rate, positive);
  v("align_matrix_rate", t.align_matrix_rate, at_least(0));
  v("align_optimizer", t.align_optimizer);
  v("fixed_weights", t.fixed_weights, positive);
  v("patience", t.patience);
  v("precision", t.precision);
  v("tf32", t.tf32);
  v("checkpoint_seconds", t.checkpoint_seconds, at_least(0));
  v("checkpoint_steps", t.checkpoint_steps);
}

template <class Visitor, maybe_const<eval_config> S>
void describe(Visitor& v, S& e) {
  v("compose", e.compose, positive);
  v("k", e.k, between(1, 1e9));
  v("history", e.history);
  v("decay", e.decay, between(0, 1));
  v("input_similarity", e.input_similarity, at_least(0));
}

template <class Visitor, maybe_const<config> S>
void describe(Visitor& v, S& c) {
  v.table("data", c.data);
  v.tables("views", c.views);
  v.tables("links", c.links);
  v.table("split", c.split);
  v.table("train", c.train);
  v.table("eval", c.eval);
}

[[nodiscard]] inline std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + '.' + std::string(name);
}

}  // namespace m2grl::config_keys
