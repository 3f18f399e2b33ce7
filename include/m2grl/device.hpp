#pragma once
/// Memory and streams of a GPU as a caller holds them, and SGNS steps on them. Includes nothing of CUDA.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/types.hpp"

struct CUstream_st;

namespace m2grl {

/// cudaStream_t.
using stream_handle = CUstream_st*;

/// Where training runs. `automatic`: on the current CUDA device where m2grl is built with CUDA and there is one.
enum class device_kind { automatic, cpu, cuda };

/// What a span or pointer points to.
enum class memory_kind : std::uint8_t { host, device };

/// A table in device memory: [rows, dim], row r at element r · stride, zero beyond dim. `stride` is a multiple of 16
/// values, `data` aligned to 16 bytes.
struct device_table_ref {
  void* data = nullptr;  ///< float, or bf16 bits
  std::size_t rows = 0, dim = 0, stride = 0;
  table_precision precision = table_precision::fp32;
  int device = 0;  ///< number of the CUDA device
};

/// Owner of the tables of a finished training, on its GPU. Valid wherever the pointer to it is kept.
class device_embeddings {
 public:
  struct view {
    device_table_ref input, output;
  };
  device_embeddings() = default;
  device_embeddings(const device_embeddings&) = delete;
  device_embeddings& operator=(const device_embeddings&) = delete;
  virtual ~device_embeddings() = default;

  /// As the views were given to train().
  [[nodiscard]] const std::vector<view>& views() const noexcept { return views_; }

 protected:
  std::vector<view> views_;
};

/// What SGNS steps added up.
struct sgns_totals {
  std::uint64_t pairs = 0;  ///< positive pairs
  double loss = 0;          ///< mean per positive pair, 0 where there is none
};

/// SGNS steps on the caller's tables, sequences and stream, inside a loop of the caller's own. Nothing is copied, and
/// enqueue() never waits. Random draws depend on train_config::seed and on the number of the step.
class device_sgns {
 public:
  /// Trains `input` and `output`, of one shape, which must outlive this. From `cfg`: dim, window, side, size,
  /// negatives, sampler, alpha, subsample, mask_context_negatives, optimizer, precision, seed, deterministic; AdaGrad's
  /// sums are kept here. One table as `input` and `output` is trained as tied tables are. `counts` [rows], in host
  /// memory: frequencies of the nodes. `sequences_per_step`: about as many as a step will hold, which decides how many
  /// warps share it. Throws invalid_input (also where there is no GPU, or a table lies elsewhere), out_of_memory,
  /// cuda_error.
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
