#pragma once
/// One worker of the intra-view task: what the CPU backend runs on every thread, and what the bench measures.

#include <cstdint>
#include <span>

#include "cpu/vocabulary.hpp"
#include "m2grl/kernel/permutation.hpp"
#include "m2grl/types.hpp"

namespace m2grl::cpu {

/// Sequences that a worker claims at a time.
inline constexpr std::size_t sequence_chunk = 32;

struct sequence_item {
  const std::uint32_t* ids = nullptr;
  std::uint64_t length = 0;
  std::uint64_t number = 0;  ///< within the epoch: its place in the random counters
};

class sequence_worker {
 public:
  sequence_worker(const table_rows& inputs, const table_rows& outputs, std::uint32_t dim, float rate,
                  const kernel::sgns_options& options)
      : lanes_{{inputs, outputs, dim, rate, options, fetches_}, {inputs, outputs, dim, rate, options, fetches_}} {}
  sequence_worker(const sequence_worker&) = delete;
  sequence_worker& operator=(const sequence_worker&) = delete;
  ~sequence_worker() = default;

  /// Trains the sequences in order. While the last centres of one train, the first of the next are planned and their
  /// rows fetched, as many centres ahead as within a sequence.
  void train(std::span<const sequence_item> items) {
    if (!items.empty()) lanes_[0].begin(items[0]);
    for (std::size_t i = 0; i < items.size(); ++i) {
      lane& now = lanes_[i % 2];
      lane& next = lanes_[(i + 1) % 2];
      const bool another = i + 1 < items.size();
      if (another) next.begin(items[i + 1]);
      while (now.trainer.step()) {
        if (another && now.trainer.all_planned()) next.trainer.prepare();
      }
      now.words.end_sequence();
    }
  }

  [[nodiscard]] kernel::loss_tally tally() const noexcept {
    kernel::loss_tally sum = lanes_[0].words.tally();
    sum += lanes_[1].words.tally();
    return sum;
  }

 private:
  /// Sequences take turns in two lanes.
  struct lane {
    vocabulary words;
    kernel::trainer_arrays arrays;
    kernel::sequence_trainer<vocabulary> trainer;

    lane(const table_rows& inputs, const table_rows& outputs, std::uint32_t dim, float rate,
         const kernel::sgns_options& options, fetch_list& fetches)
        : words(inputs, outputs, dim, rate, options.logit_limit, &fetches), trainer(words, options, arrays) {}
    void begin(const sequence_item& item) { trainer.begin(item.ids, item.length, item.number); }
  };

  fetch_list fetches_;
  lane lanes_[2];
};

/// Sequences first … last − 1, at most a chunk, of an epoch's random order.
inline void train_in_order(ragged_ref sequences, const kernel::permutation& order, std::uint64_t first,
                           std::uint64_t last, sequence_worker& worker) {
  std::uint64_t row[sequence_chunk];
  for (std::uint64_t i = first; i < last; ++i) {
    row[i - first] = order(i);
    __builtin_prefetch(&sequences.offsets[row[i - first]]);
  }
  for (std::uint64_t i = 0; i < last - first; ++i) __builtin_prefetch(&sequences.ids[sequences.offsets[row[i]]]);
  sequence_item items[sequence_chunk];
  for (std::uint64_t i = 0; i < last - first; ++i) {
    const auto ids = sequences[row[i]];
    items[i] = {ids.data(), ids.size(), row[i]};
  }
  worker.train({items, last - first});
}

}  // namespace m2grl::cpu
