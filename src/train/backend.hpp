#pragma once
/// The one seam between the trainer and a device: virtual per round, never per row.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "m2grl/kernel/task_weights.hpp"
#include "m2grl/model.hpp"
#include "m2grl/trainer.hpp"
#include "train/problem.hpp"
#include "train/state_part.hpp"

namespace m2grl {

/// A slice of one task's epoch: items first … first + count − 1 of the epoch's random order.
struct task_slice {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  double fixed_weight = 1;  ///< ŵ_t under the policy `fixed`
};

struct round_plan {
  std::uint64_t round = 0;
  std::uint32_t epoch = 0;
  double learning_rate = 0;
  std::vector<task_slice> slices;  ///< one per task, views first
};

struct round_outcome {
  std::vector<kernel::loss_tally> tallies;  ///< one per task
};

/// How much of a run a backend takes at a time.
struct round_limits {
  std::uint64_t most_positions = 131072;  ///< of all views, in a round: a stop waits for its end
  std::uint32_t in_flight = 1;            ///< rounds launched and not yet waited for
};

/// Owns everything that is learned. A round trains its slices, then updates each s_t.
class backend {
 public:
  virtual ~backend() = default;
  /// May return before the round is done.
  virtual void launch(const round_plan& plan) = 0;
  /// Waits for the oldest round launched and not yet waited for.
  virtual round_outcome wait() = 0;
  /// s_t and ŵ_t after the round last waited for. Names and losses are not filled in.
  virtual const std::vector<task_state>& tasks() = 0;
  /// What is learned so far; valid until the next launch, and only while no round is in flight.
  virtual const embeddings& learned() = 0;
  /// All that later rounds depend on, in the backend's memory; only while no round is in flight. read_state() and
  /// write_state() copy a part to and from the host's.
  virtual std::vector<state_part> state() = 0;
  virtual void read_state(const state_part& part, void* to) = 0;
  virtual void write_state(const state_part& part, const void* from) = 0;
  /// Hands it over at the end; without tables where these stay on a device.
  virtual embeddings take() = 0;
  /// Hands the tables over that stay on a device, or null. After take().
  virtual std::shared_ptr<const device_embeddings> take_on_device() { return nullptr; }
};

/// The problem must outlive the backend. Throws out_of_memory.
[[nodiscard]] std::unique_ptr<backend> make_cpu_backend(const problem& p);

/// On the current CUDA device; `largest_slices`: at most so many items of each task in a round. Of the options, those
/// of a GPU are read here. The problem must outlive the backend. Throws out_of_memory, cuda_error.
[[nodiscard]] std::unique_ptr<backend> make_cuda_backend(const problem& p,
                                                         const std::vector<std::uint64_t>& largest_slices,
                                                         const train_options& options);
/// What it would take, and where it would put it.
[[nodiscard]] memory_lines describe_cuda_memory(const problem& p, const std::vector<std::uint64_t>& largest_slices);
/// How often each node occurs in a view's sequences that lie in device memory, which are checked on the way, as is the
/// place of its event weights; `what` names the view in messages. Waits for the stream. Throws invalid_input,
/// out_of_memory, cuda_error.
[[nodiscard]] std::vector<std::uint64_t> count_device_nodes(const view_input& view, const std::string& what,
                                                            stream_handle stream);
/// Why no GPU can be used here; empty where one can.
[[nodiscard]] std::string why_no_gpu();

/// Tables and relations before the first round: inputs uniform in ±init_scale/dim, outputs zero, W the
/// identity (ones on the diagonal), b = −relation_dim/4 for sigmoid and 0 otherwise. Drawn by counter, the
/// same on every backend. Where tables are tied, the output tables have no rows. What the problem starts with takes
/// the place of it.
[[nodiscard]] embeddings initial_embeddings(const problem& p);
/// The input vector of one node, [dim], as drawn there.
void draw_initial_row(std::span<float> row, const train_config& cfg, std::uint32_t view, std::size_t node);

/// Of tied tables: makes the outputs what the inputs are.
void fill_outputs(embeddings& e);

}  // namespace m2grl
