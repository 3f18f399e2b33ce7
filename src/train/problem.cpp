#include "train/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "m2grl/error.hpp"

namespace m2grl {
namespace {

// What the random counters tell apart (philox.hpp).
constexpr std::uint32_t most_epochs = 1u << 24;
constexpr std::uint64_t most_items = std::uint64_t{1} << 48;

void require(bool holds, const std::string& message) {
  if (!holds) throw invalid_input(message);
}

void check_options(const train_config& cfg) {
  require(cfg.dim >= 1 && cfg.dim <= 1024, fmt::format("train.dim is {}, it must be 1 to 1024", cfg.dim));
  require(cfg.epochs <= most_epochs, fmt::format("train.epochs is {}, it must be at most {}", cfg.epochs, most_epochs));
  require(cfg.window >= 1 && cfg.window <= kernel::max_radius,
          fmt::format("train.window is {}, it must be 1 to {}", cfg.window, kernel::max_radius));
  require(cfg.negatives >= 1 && cfg.negatives <= kernel::max_negatives,
          fmt::format("train.negatives is {}, it must be 1 to {}", cfg.negatives, kernel::max_negatives));
  require(std::isfinite(cfg.learning_rate) && cfg.learning_rate > 0,
          fmt::format("train.learning_rate is {}, it must be a finite number > 0", cfg.learning_rate));
  require(cfg.min_learning_rate >= 0 && cfg.min_learning_rate <= cfg.learning_rate,
          fmt::format("train.min_learning_rate is {}, it must be 0 to train.learning_rate", cfg.min_learning_rate));
  require(cfg.warmup >= 0 && cfg.warmup < 1, fmt::format("train.warmup is {}, it must be 0 to below 1", cfg.warmup));
  require(cfg.logit_limit >= 0 && cfg.logit_limit <= static_cast<double>(kernel::largest_logit),
          fmt::format("train.logit_limit is {}, it must be 0 to 100000", cfg.logit_limit));
  require(cfg.init_scale >= 1e-6 && cfg.init_scale <= 1e6,
          fmt::format("train.init_scale is {}, it must be 1e-06 to 1e+06", cfg.init_scale));
  const std::pair<const char*, double> not_negative[] = {{"subsample", cfg.subsample},
                                                         {"alpha", cfg.alpha},
                                                         {"align_rate", cfg.align_rate},
                                                         {"align_matrix_rate", cfg.align_matrix_rate},
                                                         {"task_weight_rate", cfg.task_weight_rate}};
  for (const auto& [key, value] : not_negative) {
    require(std::isfinite(value) && value >= 0,
            fmt::format("train.{} is {}, it must be a finite number >= 0", key, value));
  }
}

/// Fixed weights must be usable, and belong to a task.
void check_fixed_weights(const problem& p) {
  for (const auto& [name, weight] : p.cfg.fixed_weights) {
    require(std::isfinite(weight) && weight >= 0,
            fmt::format("train.fixed_weights of \"{}\" is {}, it must be a finite number >= 0", name, weight));
    bool found = false;
    for (std::size_t t = 0; t < p.tasks(); ++t) found = found || p.task_name(t) == name;
    require(found, fmt::format("train.fixed_weights names task \"{}\", which does not exist", name));
  }
}

}  // namespace

void check_ragged(ragged_ref rows, std::size_t nodes, const std::string& what) {
  if (rows.offsets.empty()) return;
  require(rows.offsets.front() == 0 && rows.offsets.back() == rows.ids.size(),
          fmt::format("{}: offsets must run from 0 to the number of ids ({})", what, rows.ids.size()));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    require(rows.offsets[r] <= rows.offsets[r + 1] && rows.offsets[r + 1] <= rows.ids.size(),
            fmt::format("{}: offsets of row {} are {} to {}", what, r, rows.offsets[r], rows.offsets[r + 1]));
    require(rows.offsets[r + 1] - rows.offsets[r] < (std::uint64_t{1} << 28),
            fmt::format("{}: row {} has 2^28 positions or more", what, r));
  }
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    require(rows.ids[i] < nodes, fmt::format("{}: id {} at position {} is not below {}", what, rows.ids[i], i, nodes));
  }
}

namespace {

/// Those in device memory were checked when they were counted.
void check_sequences(const view_input& view, const std::string& what) {
  require(
      view.event_weights.empty() || view.event_weights.size() == view.sequences.ids.size(),
      fmt::format("{}: {} event weights for {} events", what, view.event_weights.size(), view.sequences.ids.size()));
  if (view.sequences_in == memory_kind::host) {
    check_ragged(view.sequences, view.nodes, what);
  } else {
    require(!view.counts.empty(), what + ": sequences in device memory need counts");
  }
}

std::vector<std::uint64_t> frequencies(const view_input& view) {
  if (!view.counts.empty()) return {view.counts.begin(), view.counts.end()};
  std::vector<std::uint64_t> counts(view.nodes, 0);
  if (view.source == sequence_source::walks && view.graph != nullptr) {
    for (node_id u = 0; u < view.nodes; ++u) counts[u] = view.graph->degree(u);
  } else {
    for (const node_id id : view.sequences.ids) ++counts[id];
  }
  return counts;
}

view_task make_view(const train_config& cfg, const view_input& input, std::uint32_t number, std::uint32_t threads) {
  const std::string what = fmt::format("view \"{}\"", input.name);
  require(input.nodes > 0, what + " has no nodes");
  require(input.nodes > 1, what + " has one node: there is no other to tell it from");
  require(input.nodes < no_node, fmt::format("{} has {} nodes, ids are 32 bits wide", what, input.nodes));
  require(input.counts.empty() || input.counts.size() == input.nodes,
          fmt::format("{} has {} nodes but {} counts", what, input.nodes, input.counts.size()));
  require(input.noise_counts.empty() || input.noise_counts.size() == input.nodes,
          fmt::format("{} has {} nodes but {} noise counts", what, input.nodes, input.noise_counts.size()));
  view_task task;
  task.name = input.name;
  task.number = number;
  task.input = input;
  if (input.source == sequence_source::walks) {
    require(input.graph == nullptr ? !input.sequences.ids.empty() : input.graph->nodes() == input.nodes,
            what + " walks, but has neither a graph of its size nor sequences to make one of");
    if (input.graph == nullptr) check_sequences(input, what);
    require(input.walks.length >= 2 && input.walks.per_node >= 1, what + ": walks need length >= 2 and per_node >= 1");
    task.items = static_cast<std::uint64_t>(input.nodes) * input.walks.per_node;
    task.positions = task.items * input.walks.length;
  } else {
    check_sequences(input, what);
    task.items = input.sequences.size();
    task.positions = input.sequences.ids.size();
  }
  require(task.items <= most_items,
          fmt::format("{} has {} walks or sequences an epoch, at most 2^48 are told apart", what, task.items));
  task.counts = frequencies(input);
  require(std::any_of(task.counts.begin(), task.counts.end(), [](auto c) { return c > 0; }),
          what + " has no node that occurs");
  task.noise_counts = input.noise_counts.empty()
                          ? task.counts
                          : std::vector<std::uint64_t>(input.noise_counts.begin(), input.noise_counts.end());
  const auto noise = negative_probabilities(task.noise_counts, cfg.sampler, cfg.alpha);
  task.noise = cfg.sampler == negative_sampler::uniform ? alias_table::uniform(static_cast<std::uint32_t>(input.nodes))
                                                        : alias_table(noise);
  task.keep = keep_thresholds(task.counts, cfg.subsample);
  task.hot = hot_rows(task.counts, noise, cfg.window, cfg.negatives, threads, capacity_of(cfg), cfg.tied);
  return task;
}

/// Prefix sums of each row's counts; a row's sum must stay below 2^32.
std::vector<std::uint32_t> prefix_sums(const link_input& link, const std::string& what) {
  std::vector<std::uint32_t> sums(link.targets.ids.size());
  for (std::size_t row = 0; row < link.targets.size(); ++row) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = link.targets.offsets[row]; i < link.targets.offsets[row + 1]; ++i) {
      sum += link.counts.empty() ? 1 : link.counts[i];
      require(sum <= std::numeric_limits<std::uint32_t>::max(),
              fmt::format("{}: counts of row {} add up to 2^32 or more", what, row));
      sums[i] = static_cast<std::uint32_t>(sum);
    }
  }
  return sums;
}

link_task make_link(const train_config& cfg, const link_input& input, const std::vector<view_task>& views,
                    std::uint32_t number) {
  require(input.from < views.size() && input.to < views.size(),
          fmt::format("a link joins views {} and {}, there are {}", input.from, input.to, views.size()));
  link_task task;
  task.name = views[input.from].name + "~" + views[input.to].name;
  task.number = number;
  task.input = input;
  const std::string what = fmt::format("link \"{}\"", task.name);
  require(input.targets.size() == views[input.from].input.nodes,
          fmt::format("{} has {} rows for {} nodes", what, input.targets.size(), views[input.from].input.nodes));
  check_ragged(input.targets, views[input.to].input.nodes, what);
  require(input.counts.empty() || input.counts.size() == input.targets.ids.size(),
          what + ": counts do not match targets");
  require(input.options.ratio > 0 && std::isfinite(input.options.ratio),
          fmt::format("{}: ratio is {}, it must be a finite number > 0", what, input.options.ratio));
  require(task.relation_dim(cfg) <= 1024, what + ": relation_dim is above 1024");
  task.cumulative = prefix_sums(input, what);

  std::vector<double> weights(input.targets.size(), 0.0);
  double occurrences = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::uint64_t end = input.targets.offsets[i + 1];
    if (end == input.targets.offsets[i] || task.cumulative[end - 1] == 0) continue;
    weights[i] = static_cast<double>(views[input.from].counts[i]);
    occurrences += weights[i];
  }
  require(occurrences > 0, what + ": no node that occurs is linked");
  task.sources = alias_table(weights);
  const auto& to = views[input.to];
  task.noise = cfg.sampler == negative_sampler::uniform
                   ? alias_table::uniform(static_cast<std::uint32_t>(to.input.nodes))
                   : alias_table(negative_probabilities(to.noise_counts, cfg.sampler, cfg.alpha));
  const double items = std::ceil(occurrences * input.options.ratio);
  require(items <= static_cast<double>(most_items),
          fmt::format("{} has {:.3g} pairs an epoch, at most 2^48 are told apart", what, items));
  task.items = static_cast<std::uint64_t>(items);
  return task;
}

void check_rows(const table& t, std::size_t rows, std::size_t dim, const std::string& what) {
  require(t.rows() == rows && t.dim() == dim,
          fmt::format("{}: the start has a table of {} × {}, not of {} × {}", what, t.rows(), t.dim(), rows, dim));
}

/// Whether what the run starts with fits its views and links.
void check_start(const problem& p, const embeddings& start) {
  require(start.views.size() == p.views.size() && start.relations.size() == p.links.size(),
          fmt::format("the start has {} views and {} relations, the run {} and {}", start.views.size(),
                      start.relations.size(), p.views.size(), p.links.size()));
  require(start.tasks.empty() || start.tasks.size() == p.tasks(),
          fmt::format("the start has {} tasks, the run {}", start.tasks.size(), p.tasks()));
  for (std::size_t v = 0; v < p.views.size(); ++v) {
    if (start.views[v].input.empty()) continue;
    const std::string what = fmt::format("view \"{}\"", p.views[v].name);
    check_rows(start.views[v].input, p.views[v].input.nodes, p.cfg.dim, what);
    if (!p.cfg.tied) check_rows(start.views[v].output, p.views[v].input.nodes, p.cfg.dim, what);
  }
  for (std::size_t l = 0; l < p.links.size(); ++l) {
    const relation& r = start.relations[l];
    if (r.w_from.empty()) continue;
    const std::string what = fmt::format("link \"{}\"", p.links[l].name);
    const std::size_t rows = p.links[l].relation_dim(p.cfg);
    check_rows(r.w_from, rows, p.cfg.dim, what);
    require(r.w_to.empty() == p.links[l].input.options.shared, what + ": the start's W is not shared as the link's");
    if (!r.w_to.empty()) check_rows(r.w_to, rows, p.cfg.dim, what);
  }
}

std::uint32_t thread_count(const train_config& cfg) {
  if (cfg.deterministic) return 1;
  return cfg.threads != 0 ? cfg.threads : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

kernel::sgns_options view_task::options(const train_config& cfg, std::uint32_t epoch) const {
  kernel::sgns_options o;
  o.seed = cfg.seed;
  o.task = number;
  o.epoch = epoch;
  o.radius = cfg.window;
  o.negatives = cfg.negatives;
  o.past = cfg.side == window_side::past;
  o.shrunk = cfg.size == window_size::shrunk;
  o.mask_contexts = cfg.mask_context_negatives;
  if (cfg.logit_limit > 0) o.logit_limit = static_cast<float>(cfg.logit_limit);
  o.sampler = noise.ref();
  o.keep = keep.empty() ? nullptr : keep.data();
  return o;
}

kernel::link_options link_task::options(const train_config& cfg, std::uint32_t epoch) const {
  kernel::link_options o;
  o.seed = cfg.seed;
  o.task = number;
  o.epoch = epoch;
  o.negatives = cfg.negatives;
  o.sources = sources.ref();
  o.offsets = input.targets.offsets.data();
  o.targets = input.targets.ids.data();
  o.cumulative = cumulative.data();
  o.noise = noise.ref();
  return o;
}

problem make_problem(const train_config& cfg, std::span<const view_input> views, std::span<const link_input> links,
                     const embeddings* start) {
  check_options(cfg);
  require(!views.empty(), "there is no view to train");
  require(views.size() + links.size() <= 0xFFFF, "there are more than 65535 tasks");
  problem p;
  p.cfg = cfg;
  p.threads = thread_count(cfg);
  for (const view_input& view : views) {
    // Few sequences on many workers would train on stale rows only: at least 64 sequences each.
    const std::uint64_t items = view.source == sequence_source::walks
                                    ? static_cast<std::uint64_t>(view.nodes) * view.walks.per_node
                                    : view.sequences.size();
    const auto workers = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(items / 64, 1, p.threads));
    p.views.push_back(make_view(cfg, view, static_cast<std::uint32_t>(p.views.size()), workers));
  }
  for (const link_input& link : links) {
    p.links.push_back(make_link(cfg, link, p.views, static_cast<std::uint32_t>(p.tasks())));
  }
  check_fixed_weights(p);
  if (start != nullptr) check_start(p, *start);
  p.start = start;
  return p;
}

}  // namespace m2grl
