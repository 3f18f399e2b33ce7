#pragma once
/// The body of the intra-view task: skip-gram with negative sampling over one sequence.
///
/// Control flow lives here and only here: which centre, which window, which negatives, which random
/// counter. What touches memory is behind the Vocabulary, supplied by each backend:
///
///   map(n, f)                      calls f(0) … f(n − 1), in any order, perhaps in parallel lanes; all that was
///                                  written before it is seen within, all that it writes is seen after it
///   draw(stream, first, n, blocks) optional: blocks[i] = stream.block(first + i), n ≤ draws_at_once; map otherwise
///   prefetch_input(id)             the input row of `id` will be entered soon
///   prefetch_outputs(ids, n)       these output rows will be trained on next
///   enter(slot, id)                input row `id` joins the ring at `slot`
///   leave(slot)                    … and leaves it: whatever was staged is flushed
///   train_centre(window, plan)     the three products, the loss and the update of one centre
///
/// Source of the task: Mikolov et al., "Distributed representations of words and phrases", NIPS 2013;
/// negatives are drawn per centre and shared by its window.

#include <cstdint>

#include "m2grl/kernel/alias_sampler.hpp"
#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/logistic.hpp"
#include "m2grl/kernel/philox.hpp"

namespace m2grl::kernel {

inline constexpr std::uint32_t max_radius = 16;
inline constexpr std::uint32_t max_negatives = 31;
inline constexpr std::uint32_t max_outputs = 1 + max_negatives;
inline constexpr std::uint32_t max_contexts = 2 * max_radius;
inline constexpr std::uint32_t max_ring = 2 * max_radius + 1;
inline constexpr std::uint32_t plans_ahead = 2;  ///< centres whose negatives are drawn, and rows fetched, early
inline constexpr std::uint32_t max_plans = 4;    ///< > plans_ahead, a power of two

inline constexpr std::uint32_t draws_at_once = 16;  ///< blocks of random words; ≥ (max_negatives + 1) / 2

/// What one SGNS task does, the same for every sequence of a round. Trivially copyable.
struct sgns_options {
  std::uint64_t seed = 0;
  std::uint32_t task = 0;
  std::uint32_t epoch = 0;
  std::uint32_t radius = 5;             ///< R: contexts on each side, ≤ max_radius
  std::uint32_t negatives = 5;          ///< K, ≤ max_negatives
  bool past = false;                    ///< contexts precede their centre only
  bool shrunk = false;                  ///< word2vec: the radius of a centre is uniform over 1 … R
  bool mask_contexts = false;           ///< a negative equal to a context gets no gradient
  float logit_limit = largest_logit;    ///< no gradient where a logit is ± this or more; ≤ largest_logit
  alias_sampler_ref sampler;            ///< of negatives
  const std::uint32_t* keep = nullptr;  ///< [nodes] subsampling: keep a position if its draw ≤ keep[id]; or none
};

/// Positions that enter the ring before the centre comes to them.
M2GRL_HOST_DEVICE inline std::uint32_t positions_ahead(const sgns_options& o) {
  return o.past || o.radius < plans_ahead ? plans_ahead : o.radius;
}
/// Slots of the ring, at most max_ring.
M2GRL_HOST_DEVICE inline std::uint32_t ring_size_of(const sgns_options& o) { return o.radius + positions_ahead(o) + 1; }

/// A centre and its negatives, drawn before it trains so that their rows can be prefetched.
struct centre_plan {
  std::uint32_t outputs[max_outputs];  ///< the centre, then K negatives
  std::uint32_t count;                 ///< 1 + K
  std::uint32_t masked;                ///< bit k: outputs[k] gets no gradient and no loss
  std::uint32_t radius;
};

/// Blocks of one purpose, from `first` on, drawn before their use: many together are cheaper.
struct drawn_blocks {
  philox_block* blocks = nullptr;  ///< [draws_at_once]
  std::uint32_t first = 0, count = 0;
};

/// The ring slots of a centre's contexts.
struct window_slots {
  const std::uint32_t* slot = nullptr;  ///< [count]
  std::uint32_t count = 0;
};

/// The arrays of one trainer. They are written within map() only, so that on a GPU they may lie in shared memory, one
/// for a warp whose lanes all follow the trainer's steps.
struct trainer_arrays {
  alignas(64) philox_block kept_blocks[draws_at_once];
  alignas(64) philox_block window_blocks[draws_at_once];
  alignas(64) philox_block negative_blocks[draws_at_once];
  centre_plan plans[max_plans];  ///< of the centre in training and those after it
  std::uint32_t ring_id[max_ring];
  std::uint32_t ring_raw[max_ring];  ///< places in the sequence, dropped positions counted
  std::uint32_t window[max_contexts];
};

/// Trains one sequence at a time, one centre per step(), so that a caller may interleave many sequences.
/// At most 2^28 positions a sequence (draw numbers are 32 bits wide).
template <class Vocabulary>
class sequence_trainer {
 public:
  /// All three outlive the trainer.
  M2GRL_HOST_DEVICE sequence_trainer(Vocabulary& vocabulary, const sgns_options& options, trainer_arrays& arrays)
      : vocabulary_(vocabulary),
        options_(options),
        arrays_(arrays),
        ahead_(positions_ahead(options)),
        ring_size_(ring_size_of(options)) {
    kept_draws_.blocks = arrays.kept_blocks;
    window_draws_.blocks = arrays.window_blocks;
    negative_draws_.blocks = arrays.negative_blocks;
  }

  /// Starts on the sequence `ids` [length]; `sequence` numbers it within the epoch (48 bits).
  M2GRL_HOST_DEVICE void begin(const std::uint32_t* ids, std::uint64_t length, std::uint64_t sequence) {
    ids_ = ids;
    length_ = static_cast<std::uint32_t>(length);
    sequence_ = sequence;
    next_raw_ = entered_ = next_slot_ = planned_ = centre_ = left_ = 0;
    kept_draws_.count = window_draws_.count = negative_draws_.count = 0;
    if (length_ > 0) vocabulary_.prefetch_input(ids_[0]);
    skip_dropped();
  }

  /// Plans one of the centres that step() would plan first, and asks for its rows: call it after begin(), while
  /// another sequence trains.
  M2GRL_HOST_DEVICE void prepare() {
    enter_ahead();
    if (planned_ < entered_ && planned_ <= plans_ahead) plan_next(true);
  }
  /// Whether every centre left to train is planned.
  [[nodiscard]] M2GRL_HOST_DEVICE bool all_planned() const { return planned_ == entered_ && next_raw_ >= length_; }

  /// Trains the next centre. Returns false at the end of the sequence, when every row has left the ring.
  M2GRL_HOST_DEVICE bool step() {
    enter_ahead();
    if (centre_ == entered_) {
      while (left_ < entered_) leave_oldest();
      return false;
    }
    while (planned_ < entered_ && planned_ <= centre_ + plans_ahead) plan_next(planned_ > centre_);
    train();
    ++centre_;
    while (left_ + options_.radius < centre_) leave_oldest();
    return true;
  }

  /// Trains a whole sequence.
  M2GRL_HOST_DEVICE void run(const std::uint32_t* ids, std::uint64_t length, std::uint64_t sequence) {
    begin(ids, length, sequence);
    while (step()) {
    }
  }

 private:
  /// Blocks index … index + need − 1 of the sequence's draws for `what`, of which it has `total`.
  M2GRL_HOST_DEVICE const philox_block* draws(drawn_blocks& drawn, purpose what, std::uint32_t index,
                                              std::uint32_t need, std::uint32_t total) {
    const std::uint32_t at = index - drawn.first;
    if (at >= drawn.count || drawn.count - at < need) {
      const random_stream stream(options_.seed, options_.task, options_.epoch, sequence_, what);
      drawn.first = index;
      drawn.count = total - index < draws_at_once ? total - index : draws_at_once;
      if constexpr (requires { vocabulary_.draw(stream, index, drawn.count, drawn.blocks); }) {
        vocabulary_.draw(stream, index, drawn.count, drawn.blocks);
      } else {
        vocabulary_.map(drawn.count, [&](std::uint32_t i) { drawn.blocks[i] = stream.block(index + i); });
      }
    }
    return drawn.blocks + (index - drawn.first);
  }
  /// One random word of place `raw` in the sequence.
  M2GRL_HOST_DEVICE std::uint32_t word(drawn_blocks& drawn, purpose what, std::uint32_t raw) {
    return draws(drawn, what, raw, 1, length_)->word[0];
  }

  /// Moves next_raw_ to the next position that subsampling keeps.
  M2GRL_HOST_DEVICE void skip_dropped() {
    if (options_.keep != nullptr) {
      while (next_raw_ < length_ &&
             word(kept_draws_, purpose::subsampling, next_raw_) > options_.keep[ids_[next_raw_]]) {
        ++next_raw_;
      }
    }
    // One further than the next: a row comes from memory no sooner than in a centre's time.
    if (next_raw_ + 1 < length_) vocabulary_.prefetch_input(ids_[next_raw_ + 1]);
  }

  M2GRL_HOST_DEVICE void enter_ahead() {
    while (next_raw_ < length_ && entered_ <= centre_ + ahead_) enter_next();
  }

  M2GRL_HOST_DEVICE void enter_next() {
    const std::uint32_t slot = next_slot_;
    const std::uint32_t id = ids_[next_raw_];
    vocabulary_.map(1, [&](std::uint32_t) {
      arrays_.ring_id[slot] = id;
      arrays_.ring_raw[slot] = next_raw_;
    });
    vocabulary_.enter(slot, id);
    ++entered_;
    next_slot_ = slot + 1 < ring_size_ ? slot + 1 : 0;
    ++next_raw_;
    skip_dropped();
  }

  M2GRL_HOST_DEVICE void leave_oldest() { vocabulary_.leave(slot_of(left_++)); }

  /// The slot of a position in the ring: position % ring_size_ without a division.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t slot_of(std::uint32_t position) const {
    const std::uint32_t back = entered_ - position;  // 1 … ring_size_
    return next_slot_ >= back ? next_slot_ - back : next_slot_ + ring_size_ - back;
  }

  M2GRL_HOST_DEVICE void plan_next(bool prefetch) {
    if (!options_.past || planned_ > 0) {  // nothing precedes the first position
      make_plan(planned_);
      const centre_plan& plan = arrays_.plans[planned_ % max_plans];
      if (prefetch) vocabulary_.prefetch_outputs(plan.outputs, plan.count);
    }
    ++planned_;
  }

  /// Draws radius and negatives of kept position `position`; draw numbers follow its place in the sequence.
  M2GRL_HOST_DEVICE void make_plan(std::uint32_t position) {
    const std::uint32_t slot = slot_of(position);
    const std::uint32_t raw = arrays_.ring_raw[slot];
    const std::uint32_t id = arrays_.ring_id[slot];
    centre_plan& plan = arrays_.plans[position % max_plans];
    const std::uint32_t radius =
        options_.shrunk ? 1 + mulhi(word(window_draws_, purpose::window, raw), options_.radius) : options_.radius;
    const std::uint32_t blocks = (options_.negatives + 1) / 2;  // two negatives from one block of four words
    const philox_block* block = draws(negative_draws_, purpose::negatives, raw * blocks, blocks, length_ * blocks);
    vocabulary_.map(blocks, [&](std::uint32_t b) {
      const auto& word = block[b].word;
      plan.outputs[1 + 2 * b] = options_.sampler(word[0], word[1]);
      if (2 * b + 1 < options_.negatives) plan.outputs[2 + 2 * b] = options_.sampler(word[2], word[3]);
    });
    std::uint32_t masked = 0;
    for (std::uint32_t k = 1; k <= options_.negatives; ++k) {
      masked |= static_cast<std::uint32_t>(plan.outputs[k] == id) << k;
    }
    vocabulary_.map(1, [&](std::uint32_t) {
      plan.outputs[0] = id;
      plan.count = 1 + options_.negatives;
      plan.masked = masked;
      plan.radius = radius;
    });
  }

  M2GRL_HOST_DEVICE void train() {
    if (options_.past && centre_ == 0) return;
    const centre_plan& plan = arrays_.plans[centre_ % max_plans];
    const std::uint32_t first = centre_ > plan.radius ? centre_ - plan.radius : 0;
    std::uint32_t last = centre_ + (options_.past ? 0 : plan.radius);
    if (last >= entered_) last = entered_ - 1;
    const window_slots window{arrays_.window, last - first};  // every position but the centre's
    if (window.count == 0) return;
    const std::uint32_t first_slot = slot_of(first), before = centre_ - first;
    vocabulary_.map(window.count, [&](std::uint32_t i) {
      const std::uint32_t slot = first_slot + i + static_cast<std::uint32_t>(i >= before);
      arrays_.window[i] = slot < ring_size_ ? slot : slot - ring_size_;
    });
    if (options_.mask_contexts) mask_contexts(window);
    vocabulary_.train_centre(window, plan);
  }

  M2GRL_HOST_DEVICE void mask_contexts(const window_slots& window) {
    centre_plan& plan = arrays_.plans[centre_ % max_plans];
    std::uint32_t masked = plan.masked;
    for (std::uint32_t k = 1; k < plan.count; ++k) {
      for (std::uint32_t i = 0; i < window.count; ++i) {
        if (arrays_.ring_id[window.slot[i]] == plan.outputs[k]) masked |= 1u << k;
      }
    }
    vocabulary_.map(1, [&](std::uint32_t) { plan.masked = masked; });
  }

  Vocabulary& vocabulary_;
  const sgns_options& options_;
  trainer_arrays& arrays_;
  std::uint32_t ahead_;  // positions entered beyond the centre
  std::uint32_t ring_size_;

  const std::uint32_t* ids_ = nullptr;
  std::uint32_t length_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint32_t next_raw_ = 0;   // next place in ids_ to enter; subsampling has kept it
  std::uint32_t entered_ = 0;    // kept positions entered so far
  std::uint32_t next_slot_ = 0;  // of the next one to enter
  std::uint32_t planned_ = 0;    // kept positions whose negatives are drawn
  std::uint32_t centre_ = 0;     // next kept position to train
  std::uint32_t left_ = 0;       // kept positions that left the ring
  drawn_blocks kept_draws_, window_draws_, negative_draws_;
};

}  // namespace m2grl::kernel
