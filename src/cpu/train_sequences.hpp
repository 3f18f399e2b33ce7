#pragma once
/// One worker of the intra-view task: what the CPU backend runs on every thread, and what the bench measures.

#include <cstdint>
#include <span>

#include "cpu/vocabulary.hpp"

namespace m2grl::cpu {

/// Sequences that a worker claims at a time.
inline constexpr std::size_t sequence_chunk = 32;

struct sequence_item {
  const std::uint32_t* ids = nullptr;
  std::uint64_t length = 0;
  std::uint64_t number = 0;   ///< within the epoch: its place in the random counters
};

class sequence_worker {
 public:
  sequence_worker(const table_rows& inputs, const table_rows& outputs, std::uint32_t dim, float rate,
                  const kernel::sgns_options& options)
      : words_(inputs, outputs, dim, rate), trainer_(words_, options) {}
  sequence_worker(const sequence_worker&) = delete;
  sequence_worker& operator=(const sequence_worker&) = delete;

  void train(std::span<const sequence_item> items) {
    for (const sequence_item& item : items) {
      trainer_.run(item.ids, item.length, item.number);
      words_.end_sequence();
    }
  }

  [[nodiscard]] kernel::loss_tally tally() const noexcept { return words_.tally(); }

 private:
  vocabulary words_;
  kernel::sequence_trainer<vocabulary> trainer_;
};

}  // namespace m2grl::cpu
