#pragma once
/// A trained model: vectors, id maps, alignment, task weights, configuration, held-out queries.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/metric_model.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"
#include "m2grl/vocabulary.hpp"

namespace M2GRL_API m2grl {

/// Input and output vectors of one view, each [n_v, dim].
struct view_tables {
  table input;
  table output;
};

/// Learned parameters of one alignment task: logit = f(W_from e_i) · f(W_to e_j) + b.
struct relation {
  std::size_t from = 0, to = 0;  ///< view indices
  projection_kind projection = projection_kind::identity;
  table w_from;  ///< [relation_dim, dim]
  table w_to;    ///< empty where W is shared by both sides
  float bias = 0;
};

/// State of one task after training.
struct task_state {
  std::string name;         ///< "item", or "item~category" for an alignment task
  double log_variance = 0;  ///< s_t = ln σ_t²
  double weight = 1;        ///< ŵ_t as it multiplied the rate in the last round
  double loss = 0;          ///< mean per positive pair over the last epoch
  std::uint64_t pairs = 0;  ///< positive pairs trained over the whole run
};

/// How losses and weights went, in at most 512 points of equally many rounds (the last of fewer). Empty: not known.
struct training_history {
  std::uint64_t rounds_per_epoch = 0;
  std::vector<std::uint64_t> rounds;  ///< [points]: rounds done at the end of each point, rising
  table losses;                       ///< [points, tasks]: mean per positive pair over the point's rounds
  table weights;                      ///< [points, tasks]: mean ŵ_t over the point's rounds

  [[nodiscard]] bool empty() const noexcept { return rounds.empty(); }
};

/// What training produces: everything that is learned.
struct embeddings {
  std::vector<view_tables> views;
  std::vector<relation> relations;
  std::vector<task_state> tasks;
  training_history history{};  ///< of the whole run, also where the tables are those of an earlier, best epoch
};

struct model_view {
  std::string name;
  vocabulary ids;
  view_tables tables;
};

struct model {
  config cfg;
  std::vector<model_view> views;
  std::vector<link_data> links;
  std::vector<relation> relations;
  std::vector<task_state> tasks;
  query_set validation;
  query_set test;
  ingest_report report;
  cold_items cold{};                     ///< what cold-start evaluation ranks
  std::optional<metric_model> metric{};  ///< where train_metric() was run on the model (metric.hpp)
  training_history history{};
};

/// Joins a data set (its ids, links and queries) and what was learned on it.
[[nodiscard]] model make_model(const config& cfg, dataset data, embeddings learned);

/// Where a training keeps its checkpoints whose model will be `dir`; the finished model takes the place of both.
[[nodiscard]] std::filesystem::path checkpoint_of(const std::filesystem::path& dir);

/// Throws as save_model() would where `dir` is taken: to know before long work.
void check_model_place(const std::filesystem::path& dir, bool overwrite);

/// Writes a model directory: beside its place first, renamed when whole, so that no half-written model is
/// ever seen. An existing model, or a folder of checkpoints, is refused unless `overwrite`; anything else always is.
/// Throws io_error, invalid_input.
void save_model(const model& m, const std::filesystem::path& dir, bool overwrite = false);

/// Throws io_error, invalid_input where the directory is not a model, or is damaged.
[[nodiscard]] model load_model(const std::filesystem::path& dir);

}  // namespace m2grl
