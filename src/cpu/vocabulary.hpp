#pragma once
/// The CPU's vocabulary for kernel::sequence_trainer: the caches are the staging, so a row enters as a
/// pointer and leaves without a word. Hogwild: rows are shared between threads without locks
/// (Recht, Ré, Wright, Niu, NIPS 2011); the declared races are those on table rows, here and in align.cpp.

#include <cstdint>

#include "cpu/philox_batch.hpp"
#include "cpu/sgns_block.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"
#include "m2grl/kernel/task_weights.hpp"
#include "m2grl/table.hpp"

namespace m2grl::cpu {

/// One table as a worker sees it. `factors`: of hot rows, or null. `squares`: AdaGrad's accumulators, or null.
struct table_rows {
  float* data = nullptr;
  std::size_t stride = 0;
  const float* factors = nullptr;
  float* squares = nullptr;

  [[nodiscard]] float* row(std::uint32_t id) const { return data + id * stride; }
};

/// Rows that the next block is to fetch while it trains; beyond the list's length a row is left to chance.
struct fetch_list {
  static constexpr std::uint32_t max_rows = 3 * kernel::max_outputs;
  float* rows[max_rows];
  std::uint32_t count = 0;

  void add(float* row) {
    if (count < max_rows) rows[count++] = row;
  }
};

class vocabulary {
 public:
  /// `fetches`: a list shared with the vocabulary of another sequence that trains in turn with this one's; or none.
  vocabulary(const table_rows& inputs, const table_rows& outputs, std::uint32_t dim, float rate, float logit_limit,
             fetch_list* fetches = nullptr)
      : inputs_(inputs), outputs_(outputs), fetches_(fetches != nullptr ? *fetches : own_fetches_) {
    block_.stride = static_cast<std::uint32_t>(inputs.stride);
    block_.dim = dim;
    block_.rate = rate;
    block_.logit_limit = logit_limit;
    row_state_ = inputs.factors != nullptr || outputs.factors != nullptr || inputs.squares != nullptr;
    if (inputs.factors != nullptr) block_.input_factors = input_factors_;
    if (outputs.factors != nullptr) block_.output_factors = output_factors_;
    if (inputs.squares != nullptr) {
      block_.input_accumulated = input_accumulated_;
      block_.output_accumulated = output_accumulated_;
      block_.input_squares = input_squares_;
      block_.output_squares = output_squares_;
    }
  }

  template <class Function>
  void map(std::uint32_t n, Function&& f) {
    for (std::uint32_t i = 0; i < n; ++i) f(i);
  }

  vocabulary(const vocabulary&) = delete;
  vocabulary& operator=(const vocabulary&) = delete;
  ~vocabulary() = default;

  void draw(const kernel::random_stream& stream, std::uint32_t first, std::uint32_t n, kernel::philox_block* blocks) {
    philox_blocks(stream, first, n, blocks);
  }

  void prefetch_input(std::uint32_t id) { fetches_.add(inputs_.row(id)); }
  void prefetch_outputs(const std::uint32_t* ids, std::uint32_t n) {
    for (std::uint32_t k = 0; k < n; ++k) fetches_.add(outputs_.row(ids[k]));
  }

  void enter(std::uint32_t slot, std::uint32_t id) {
    ring_[slot] = inputs_.row(id);
    ring_id_[slot] = id;
  }
  void leave(std::uint32_t) {}

  void train_centre(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    for (std::uint32_t i = 0; i < window.count; ++i) input_rows_[i] = ring_[window.slot[i]];
    for (std::uint32_t k = 0; k < plan.count; ++k) output_rows_[k] = outputs_.row(plan.outputs[k]);
    block_.inputs = input_rows_;
    block_.outputs = output_rows_;
    block_.m = window.count;
    block_.n = plan.count;
    block_.masked = plan.masked;
    if (row_state_) load_row_state(window, plan);
    block_.ahead_rows = fetches_.rows;
    block_.ahead = fetches_.count;
    const bool finite = train_block(block_, losses_);
    fetches_.count = 0;
    if (inputs_.squares != nullptr && finite) flush_squares(window, plan);
    tally_.pairs += window.count;
    tally_.non_finite = tally_.non_finite || !finite;
  }

  /// Closes a sequence: its loss joins the exact tally.
  void end_sequence() { tally_.loss += kernel::to_fixed_point(losses_.take()); }
  [[nodiscard]] const kernel::loss_tally& tally() const noexcept { return tally_; }

 private:
  void load_row_state(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    for (std::uint32_t i = 0; i < window.count; ++i) {
      const std::uint32_t id = ring_id_[window.slot[i]];
      if (inputs_.factors != nullptr) input_factors_[i] = inputs_.factors[id];
      if (inputs_.squares != nullptr) input_accumulated_[i] = inputs_.squares[id];
    }
    for (std::uint32_t k = 0; k < plan.count; ++k) {
      if (outputs_.factors != nullptr) output_factors_[k] = outputs_.factors[plan.outputs[k]];
      if (outputs_.squares != nullptr) output_accumulated_[k] = outputs_.squares[plan.outputs[k]];
    }
  }

  void flush_squares(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    for (std::uint32_t i = 0; i < window.count; ++i) inputs_.squares[ring_id_[window.slot[i]]] += input_squares_[i];
    for (std::uint32_t k = 0; k < plan.count; ++k) outputs_.squares[plan.outputs[k]] += output_squares_[k];
  }

  table_rows inputs_, outputs_;
  sgns_block block_;
  bool row_state_ = false;  // some row has a rate of its own
  loss_lanes losses_;
  kernel::loss_tally tally_;
  float* ring_[kernel::max_ring] = {};
  std::uint32_t ring_id_[kernel::max_ring] = {};
  float* input_rows_[kernel::max_contexts] = {};
  float* output_rows_[kernel::max_outputs] = {};
  fetch_list own_fetches_;
  fetch_list& fetches_;
  float input_factors_[kernel::max_contexts] = {};
  float output_factors_[kernel::max_outputs] = {};
  float input_accumulated_[kernel::max_contexts] = {};
  float output_accumulated_[kernel::max_outputs] = {};
  float input_squares_[kernel::max_contexts] = {};
  float output_squares_[kernel::max_outputs] = {};
};

}  // namespace m2grl::cpu
