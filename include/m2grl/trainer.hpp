#pragma once
/// Joint training of all views and links.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/device.hpp"
#include "m2grl/graph.hpp"
#include "m2grl/model.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// One view as a trainer takes it: the caller's own memory, which must outlive the call.
struct view_input {
  std::string name;
  std::size_t nodes = 0;
  ragged_ref sequences;                         ///< trained on directly, unless walks are asked for
  std::span<const std::uint64_t> counts;        ///< node frequencies [nodes], for the samplers; empty: counted here
  std::span<const std::uint64_t> noise_counts;  ///< those that negatives are drawn by, [nodes]; empty: counts
  const csr_graph* graph = nullptr;  ///< walked on where `source` is walks; null: the transitions of `sequences`
  sequence_source source = sequence_source::sessions;
  walk_config walks;
  bool directed = false;                         ///< of the graph that is built here
  std::span<const std::uint32_t> event_weights;  ///< of it, beside sequences.ids; empty: 1 each
  memory_kind sequences_in = memory_kind::host;  ///< device: sequences and event_weights are read in place, on a GPU
};

/// One link as a trainer takes it: row i of targets lists the `to` nodes of node i of view `from`.
struct link_input {
  std::size_t from = 0, to = 0;
  ragged_ref targets;
  std::span<const std::uint32_t> counts;  ///< beside targets.ids; empty: 1 each
  link_config options;                    ///< its names are not read
};

/// What a run reports while it goes on, once per round.
struct progress {
  std::uint64_t round = 0, rounds = 0;  ///< rounds done, and in the whole run
  std::uint32_t epoch = 0, epochs = 0;  ///< epochs done
  std::uint64_t pairs = 0;              ///< positive pairs so far, all tasks
  double seconds = 0;                   ///< training time so far
  double learning_rate = 0;
  bool epoch_ended = false;
  std::span<const task_state> tasks;  ///< losses are those of the last round
};

/// What `wanted` comes to on this machine, cpu or cuda. Throws invalid_input where cuda is wanted and m2grl was built
/// without it, or there is no device; or where the configuration asks for what only a GPU has.
[[nodiscard]] device_kind resolve_device(device_kind wanted, const train_config& cfg);
/// Whether this m2grl holds the CUDA backend.
[[nodiscard]] bool built_with_cuda() noexcept;

/// What training takes of a GPU's memory: a line for each part and one for the whole.
using memory_lines = std::vector<std::string>;

/// Where a run is kept, so that it can go on after a crash; train.checkpoint_seconds and checkpoint_steps say when.
struct checkpoint_options {
  /// Empty: nowhere. Written beside it and renamed, while training goes on; a copy of the tables and their optimiser's
  /// state lies in memory meanwhile. A run that is stopped is kept, too; one that ends leaves the last one there.
  std::filesystem::path file;
  /// Go on from the file where there is one. Refused with invalid_input where it belongs to another run: other options,
  /// views or links. With train.deterministic the result is that of a run that was never interrupted, bit for bit.
  bool resume = false;
  /// Told, by the thread that called train(), why a checkpoint could not be written (io_error), or not be copied for
  /// want of memory; the one before stands, training goes on, and the next one is tried when its time comes. Empty: the
  /// run ends with that error.
  std::function<void(const std::string& why)> on_failure{};
};

struct train_options {
  device_kind device = device_kind::automatic;
  /// What to begin with: a view_tables for each view, [nodes, dim], a relation for each link, and a task_state for each
  /// task or none. Tables without rows, and W without rows, begin as ever. warm_start.hpp makes one of a model. It must
  /// outlive the call. Null: everything begins as ever.
  const embeddings* start = nullptr;
  checkpoint_options checkpoints;
  std::function<void(const memory_lines&)> on_memory_plan;  ///< before anything is allocated on a GPU
  std::function<void(const progress&)> on_progress;
  /// A policy of the caller's own in the place of train.task_weights: asked before each round, by the thread that
  /// called train(), for ŵ_t of every task (finite, ≥ 0). `weights` holds what they are; of `tasks`, loss is that of
  /// the last round waited for (0 before; on a GPU that is two rounds back). s_t goes on being learned.
  std::function<void(std::span<const task_state> tasks, std::span<double> weights)> task_weights;
  std::stop_token stop;  ///< checked between rounds
  /// Score of the tables so far, higher is better; asked for after each epoch where train.patience > 0.
  std::function<double(const embeddings&)> validate;
  /// On a GPU: what is enqueued here before train() happens before training, which is over when train() returns.
  /// Null: a stream of its own.
  stream_handle stream = nullptr;
  /// On a GPU: the tables stay there, in train_result::on_device, and learned.views holds none. Not with
  /// train.patience.
  bool keep_on_device = false;
};

struct train_result {
  embeddings learned;
  double seconds = 0;  ///< training only
  std::uint64_t pairs = 0;
  std::uint64_t rounds = 0;
  std::uint64_t resumed_from_round = 0;                ///< 0: it began anew
  std::uint32_t epochs = 0;                            ///< epochs trained
  std::uint32_t best_epoch = 0;                        ///< whose tables these are (early stopping), else the last
  bool stopped = false;                                ///< ended by the stop token
  bool kept = false;                                   ///< stopped, and a checkpoint of just this stands
  std::shared_ptr<const device_embeddings> on_device;  ///< where train_options::keep_on_device asked for it
};

/// Trains from spans in memory. Throws invalid_input (also for a device that is not there, or a checkpoint that does
/// not fit), out_of_memory, diverged, cuda_error, io_error where a checkpoint cannot be written and on_failure is
/// empty.
[[nodiscard]] train_result train(const train_config& cfg, std::span<const view_input> views,
                                 std::span<const link_input> links = {}, const train_options& options = {});

/// Trains on a data set: its views, and the links that the configuration asks for.
[[nodiscard]] train_result train(const config& cfg, const dataset& data, const train_options& options = {});

/// The memory plan of such a training without running it; empty where it would run on the CPU. Throws as train() does.
[[nodiscard]] memory_lines plan_memory(const config& cfg, const dataset& data, device_kind device);

}  // namespace m2grl
