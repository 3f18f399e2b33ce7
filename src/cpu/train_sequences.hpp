#pragma once
/// One worker of the intra-view task: what the CPU backend runs on every thread, and what the bench measures.

#include <algorithm>
#include <cstdint>
#include <span>

#include "cpu/vocabulary.hpp"

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
      : words_(inputs, outputs, dim, rate), trainer_(words_, options), radius_(options.radius) {}
  sequence_worker(const sequence_worker&) = delete;
  sequence_worker& operator=(const sequence_worker&) = delete;

  void train(std::span<const sequence_item> items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i + 1 < items.size()) fetch_first_rows(items[i + 1]);
      trainer_.run(items[i].ids, items[i].length, items[i].number);
      words_.end_sequence();
    }
  }

  [[nodiscard]] kernel::loss_tally tally() const noexcept { return words_.tally(); }

 private:
  /// The rows that a sequence begins with; its trainer fetches all others ahead of their use.
  void fetch_first_rows(const sequence_item& item) {
    const auto rows = static_cast<std::uint32_t>(std::min<std::uint64_t>(radius_ + 1, item.length));
    for (std::uint32_t i = 0; i < rows; ++i) words_.prefetch_input(item.ids[i]);
    words_.prefetch_outputs(item.ids, std::min(rows, 2u));
  }

  vocabulary words_;
  kernel::sequence_trainer<vocabulary> trainer_;
  std::uint32_t radius_;
};

}  // namespace m2grl::cpu
