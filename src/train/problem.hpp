#pragma once
/// A validated training problem: what each task draws from, independent of any backend.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/kernel/link_draws.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"
#include "m2grl/trainer.hpp"
#include "train/samplers.hpp"

namespace m2grl {

/// SGNS on one view.
struct view_task {
  std::string name;
  std::uint32_t number = 0;  ///< of the task: its place in the random counters
  view_input input;
  std::vector<std::uint64_t> counts;        ///< frequencies [nodes]
  std::vector<std::uint64_t> noise_counts;  ///< those that negatives are drawn by, [nodes]
  alias_table noise;
  std::vector<std::uint32_t> keep;  ///< subsampling thresholds; empty: off
  hot_row_factors hot;
  std::uint64_t items = 0;      ///< sequences or walks in an epoch
  std::uint64_t positions = 0;  ///< nodes in them (walks: at most)

  [[nodiscard]] kernel::sgns_options options(const train_config& cfg, std::uint32_t epoch) const;
};

/// Alignment of one linked pair of views.
struct link_task {
  std::string name;
  std::uint32_t number = 0;
  link_input input;
  alias_table sources;                    ///< `from` nodes that have a link, by frequency
  alias_table noise;                      ///< negatives in view `to`
  std::vector<std::uint32_t> cumulative;  ///< per-row prefix sums of the links' counts
  std::uint64_t items = 0;                ///< linked pairs in an epoch

  [[nodiscard]] kernel::link_options options(const train_config& cfg, std::uint32_t epoch) const;
  [[nodiscard]] std::uint32_t relation_dim(const train_config& cfg) const {
    return input.options.relation_dim != 0 ? input.options.relation_dim : cfg.dim;
  }
};

struct problem {
  train_config cfg;
  std::uint32_t threads = 1;
  std::vector<view_task> views;
  std::vector<link_task> links;  ///< numbered after the views
  const embeddings* start = nullptr;

  [[nodiscard]] std::size_t tasks() const noexcept { return views.size() + links.size(); }
  [[nodiscard]] const std::string& task_name(std::size_t t) const {
    return t < views.size() ? views[t].name : links[t - views.size()].name;
  }
  /// ŵ_t under the policy `fixed`, as configured.
  [[nodiscard]] double fixed_weight(std::size_t t) const {
    const auto found = cfg.fixed_weights.find(task_name(t));
    return found == cfg.fixed_weights.end() ? 1.0 : found->second;
  }
  /// Whether alignment moves the input rows of view v by lazy Adam.
  [[nodiscard]] bool moves_by_adam(std::size_t v) const {
    return cfg.align_optimizer == align_optimizer_kind::adam &&
           std::any_of(links.begin(), links.end(),
                       [&](const link_task& l) { return l.input.from == v || l.input.to == v; });
  }
  [[nodiscard]] std::uint64_t items(std::size_t t) const {
    return t < views.size() ? views[t].items : links[t - views.size()].items;
  }
};

/// Checks every option, id, offset and, where there is one, the start's shapes, then builds the samplers. The inputs'
/// memory and the start must outlive the problem. Throws invalid_input.
[[nodiscard]] problem make_problem(const train_config& cfg, std::span<const view_input> views,
                                   std::span<const link_input> links, const embeddings* start = nullptr);

/// Offsets start at 0, never fall, end at the number of ids; ids are below `nodes`. Throws invalid_input; `what` names
/// the rows.
void check_ragged(ragged_ref rows, std::size_t nodes, const std::string& what);

}  // namespace m2grl
