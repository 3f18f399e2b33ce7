#pragma once
/// Single SGNS steps, for trainers that have a loop of their own: no rounds, no schedule, no other tasks.

#include <cstdint>
#include <memory>
#include <span>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/device.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// What SGNS steps added up.
struct sgns_totals {
  std::uint64_t pairs = 0;  ///< positive pairs
  double loss = 0;          ///< mean per positive pair, 0 where there is none
};

/// SGNS steps on the caller's tables in host memory, inside a loop of the caller's own: sequences as they arrive. A
/// step's windows and negatives are those of the same step of a device_sgns.
class host_sgns {
 public:
  /// Trains `input` and `output`, of one shape, which must outlive this and keep their size: for more rows make
  /// another, whose AdaGrad sums begin at 0 and whose draws are those of its `seed` again. From `cfg`: dim, window,
  /// side, size, negatives, sampler, alpha, subsample, mask_context_negatives, logit_limit, optimizer, seed, threads,
  /// deterministic; AdaGrad's sums are kept here. One table as `input` and `output` is trained as tied tables are.
  /// `counts` [rows]: frequencies of the nodes, as far as they are known. `sequences_per_step`: about as many as a step
  /// will hold; threads get 64 each or more. Throws invalid_input, out_of_memory.
  host_sgns(const train_config& cfg, table& input, table& output, std::span<const std::uint64_t> counts,
            std::uint64_t sequences_per_step);
  host_sgns(const host_sgns&) = delete;
  host_sgns& operator=(const host_sgns&) = delete;
  host_sgns(host_sgns&&) noexcept;
  host_sgns& operator=(host_sgns&&) noexcept;
  ~host_sgns();

  /// One pass over `sequences`, over when it returns what it added up. Throws invalid_input where an offset or an id is
  /// out of range or a table has another size (nothing is trained then), diverged where a logit was not finite (its
  /// pair changed no row).
  sgns_totals train(ragged_ref sequences, float learning_rate);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// SGNS steps on the caller's tables, sequences and stream on a GPU, inside a loop of the caller's own. Nothing is
/// copied, and enqueue() never waits. Random draws depend on train_config::seed and on the number of the step.
class device_sgns {
 public:
  /// Trains `input` and `output`, of one shape, which must outlive this. From `cfg`: dim, window, side, size,
  /// negatives, sampler, alpha, subsample, mask_context_negatives, logit_limit, optimizer, precision, seed,
  /// deterministic; AdaGrad's sums are kept here. One table as `input` and `output` is trained as tied tables are.
  /// `counts` [rows], in host memory: frequencies of the nodes. `sequences_per_step`: about as many as a step will
  /// hold, which decides how many warps share it. Throws invalid_input (also where there is no GPU, or a table lies
  /// elsewhere), out_of_memory, cuda_error.
  device_sgns(const train_config& cfg, const device_table_ref& input, const device_table_ref& output,
              std::span<const std::uint64_t> counts, std::uint64_t sequences_per_step);
  device_sgns(const device_sgns&) = delete;
  device_sgns& operator=(const device_sgns&) = delete;
  device_sgns(device_sgns&&) noexcept;
  device_sgns& operator=(device_sgns&&) noexcept;
  ~device_sgns();

  /// Enqueues one pass over `sequences`, whose spans lie in device memory; their contents are not checked, ids must be
  /// below the tables' rows. They and the tables must stay until the stream has passed. Throws invalid_input,
  /// cuda_error.
  void enqueue(ragged_ref sequences, float learning_rate, stream_handle stream);
  /// Waits for the stream. Totals since the last call. Throws diverged where a logit was not finite (its pair changed
  /// no row), cuda_error.
  [[nodiscard]] sgns_totals totals(stream_handle stream);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace m2grl
