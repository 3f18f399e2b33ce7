#pragma once
/// The test vocabulary for kernel::sequence_trainer: on the CPU what a GPU's warps do. Input rows are copied into
/// a ring, trained there and flushed as differences; output rows are read, and their deltas added; and many
/// workers run at once on stale rows: within a super-step each trains one centre on the tables as they were
/// before it, and all that they add lands at its end, as if as many warps ran in lockstep.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/vocabulary.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"
#include "m2grl/table.hpp"

namespace support {

/// A table that workers read; what they add waits for the end of the super-step.
class stale_rows {
 public:
  /// `rows` outlives this; `count` rows of `dim`.
  stale_rows(const m2grl::cpu::table_rows& rows, std::size_t count, std::size_t dim)
      : rows_(rows), added_(count, dim), added_squares_(count, 0.0f), waits_(count, false) {}

  [[nodiscard]] const float* row(std::uint32_t id) const { return rows_.row(id); }
  [[nodiscard]] bool adagrad() const { return rows_.squares != nullptr; }
  [[nodiscard]] float square(std::uint32_t id) const { return rows_.squares[id]; }

  /// Adds factor(id) · (now − before), [stride] each, and `square` to the accumulator.
  void add(std::uint32_t id, const float* now, const float* before, float square) {
    if (!waits_[id]) {
      waits_[id] = true;
      waiting_.push_back(id);
    }
    const float factor = rows_.factors != nullptr ? rows_.factors[id] : 1.0f;
    float* sum = added_.data() + id * rows_.stride;
    for (std::size_t c = 0; c < rows_.stride; ++c) sum[c] += factor * (now[c] - before[c]);
    added_squares_[id] += square;
  }

  void end_super_step() {
    for (const std::uint32_t id : waiting_) {
      float* sum = added_.data() + id * rows_.stride;
      for (std::size_t c = 0; c < rows_.stride; ++c) {
        rows_.row(id)[c] += sum[c];
        sum[c] = 0;
      }
      if (adagrad()) rows_.squares[id] += added_squares_[id];
      added_squares_[id] = 0;
      waits_[id] = false;
    }
    waiting_.clear();
  }

 private:
  m2grl::cpu::table_rows rows_;
  m2grl::table added_;
  std::vector<float> added_squares_;
  std::vector<bool> waits_;
  std::vector<std::uint32_t> waiting_;
};

/// One worker's view of the tables.
class staged_vocabulary {
 public:
  staged_vocabulary(stale_rows& inputs, stale_rows& outputs, std::uint32_t dim, float rate, float logit_limit)
      : inputs_(inputs),
        outputs_(outputs),
        now_(m2grl::kernel::max_ring, dim),
        loaded_(m2grl::kernel::max_ring, dim),
        output_now_(m2grl::kernel::max_outputs, dim) {
    block_.stride = static_cast<std::uint32_t>(now_.stride());
    block_.dim = dim;
    block_.rate = rate;
    block_.logit_limit = logit_limit;
    if (!inputs.adagrad()) return;
    block_.input_accumulated = input_accumulated_;
    block_.output_accumulated = output_accumulated_;
    block_.input_squares = input_squares_;
    block_.output_squares = output_squares_;
  }

  template <class Function>
  void map(std::uint32_t n, Function&& f) {
    for (std::uint32_t i = n; i > 0; --i) f(i - 1);  // lanes have no order
  }
  void prefetch_input(std::uint32_t) const {}
  void prefetch_outputs(const std::uint32_t*, std::uint32_t) const {}

  /// A row that is already in the ring is shared, not copied again.
  void enter(std::uint32_t slot, std::uint32_t id) {
    std::uint32_t free = 0;
    for (std::uint32_t c = 0; c < m2grl::kernel::max_ring; ++c) {
      if (copies_[c].positions > 0 && copies_[c].id == id) {
        ++copies_[c].positions;
        copy_of_[slot] = c;
        return;
      }
      if (copies_[c].positions == 0) free = c;
    }
    copies_[free] = {id, 1, inputs_.adagrad() ? inputs_.square(id) : 0, 0};
    copy_of_[slot] = free;
    std::copy_n(inputs_.row(id), block_.stride, row(now_, free));
    std::copy_n(inputs_.row(id), block_.stride, row(loaded_, free));
  }

  void leave(std::uint32_t slot) {
    const std::uint32_t c = copy_of_[slot];
    if (--copies_[c].positions > 0) return;
    inputs_.add(copies_[c].id, row(now_, c), row(loaded_, c), copies_[c].added_square);
  }

  void train_centre(const m2grl::kernel::window_slots& window, const m2grl::kernel::centre_plan& plan) {
    for (std::uint32_t i = 0; i < window.count; ++i) {
      const std::uint32_t c = copy_of_[window.slot[i]];
      input_rows_[i] = row(now_, c);
      input_accumulated_[i] = copies_[c].accumulated + copies_[c].added_square;
    }
    for (std::uint32_t k = 0; k < plan.count; ++k) {
      output_rows_[k] = row(output_now_, k);
      std::copy_n(outputs_.row(plan.outputs[k]), block_.stride, output_rows_[k]);
      if (outputs_.adagrad()) output_accumulated_[k] = outputs_.square(plan.outputs[k]);
    }
    block_.inputs = input_rows_;
    block_.outputs = output_rows_;
    block_.m = window.count;
    block_.n = plan.count;
    block_.masked = plan.masked;
    const m2grl::cpu::block_loss result = m2grl::cpu::train_block(block_);
    if (!result.non_finite) flush(window, plan);
    loss_ += static_cast<double>(result.loss);
    tally_.pairs += window.count;
    tally_.non_finite = tally_.non_finite || result.non_finite;
  }

  void end_sequence() {
    tally_.loss += m2grl::kernel::to_fixed_point(loss_);
    loss_ = 0;
  }
  [[nodiscard]] const m2grl::kernel::loss_tally& tally() const noexcept { return tally_; }

 private:
  /// A staged input row, shared by the ring positions of one node.
  struct staged_copy {
    std::uint32_t id = 0;
    std::uint32_t positions = 0;
    float accumulated = 0, added_square = 0;
  };

  static float* row(m2grl::table& t, std::uint32_t r) { return t.data() + r * t.stride(); }

  void flush(const m2grl::kernel::window_slots& window, const m2grl::kernel::centre_plan& plan) {
    const bool adagrad = inputs_.adagrad();
    for (std::uint32_t i = 0; adagrad && i < window.count; ++i) {
      copies_[copy_of_[window.slot[i]]].added_square += input_squares_[i];
    }
    for (std::uint32_t k = 0; k < plan.count; ++k) {
      outputs_.add(plan.outputs[k], output_rows_[k], outputs_.row(plan.outputs[k]), adagrad ? output_squares_[k] : 0);
    }
  }

  stale_rows& inputs_;
  stale_rows& outputs_;
  m2grl::cpu::sgns_block block_;
  m2grl::table now_, loaded_, output_now_;
  staged_copy copies_[m2grl::kernel::max_ring];
  std::uint32_t copy_of_[m2grl::kernel::max_ring] = {};
  float* input_rows_[m2grl::kernel::max_contexts] = {};
  float* output_rows_[m2grl::kernel::max_outputs] = {};
  float input_accumulated_[m2grl::kernel::max_contexts] = {};
  float output_accumulated_[m2grl::kernel::max_outputs] = {};
  float input_squares_[m2grl::kernel::max_contexts] = {};
  float output_squares_[m2grl::kernel::max_outputs] = {};
  double loss_ = 0;
  m2grl::kernel::loss_tally tally_;
};

/// Trains the rows of `sequences` in order on `workers` stale workers, a super-step at a time.
inline m2grl::kernel::loss_tally train_stale(stale_rows& inputs, stale_rows& outputs,
                                             const m2grl::kernel::sgns_options& options, std::uint32_t dim, float rate,
                                             std::size_t workers, m2grl::ragged_ref sequences) {
  struct worker {
    staged_vocabulary words;
    m2grl::kernel::trainer_arrays arrays;
    m2grl::kernel::sequence_trainer<staged_vocabulary> trainer;
    bool busy = false;
    worker(stale_rows& in, stale_rows& out, const m2grl::kernel::sgns_options& o, std::uint32_t width, float eta)
        : words(in, out, width, eta, o.logit_limit), trainer(words, o, arrays) {}
  };
  std::vector<std::unique_ptr<worker>> crew;  // trainers refer to their vocabulary: they must not move
  for (std::size_t w = 0; w < workers; ++w)
    crew.push_back(std::make_unique<worker>(inputs, outputs, options, dim, rate));
  std::size_t next = 0;
  for (bool any = true; any;) {
    any = false;
    for (const auto& w : crew) {
      if (!w->busy && next < sequences.size()) {
        w->trainer.begin(sequences[next].data(), sequences[next].size(), next);
        w->busy = true;
        ++next;
      }
      if (!w->busy) continue;
      any = true;
      w->busy = w->trainer.step();
      if (!w->busy) w->words.end_sequence();
    }
    inputs.end_super_step();
    outputs.end_super_step();
  }
  m2grl::kernel::loss_tally total;
  for (const auto& w : crew) {
    total.loss += w->words.tally().loss;
    total.pairs += w->words.tally().pairs;
    total.non_finite = total.non_finite || w->words.tally().non_finite;
  }
  return total;
}

}  // namespace support
