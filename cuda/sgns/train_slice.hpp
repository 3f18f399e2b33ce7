#pragma once
/// The body of the SGNS kernel: a warp claims sequences of the round's slice until none is left.

#include <cstdint>

#include "cuda/atomics.hpp"
#include "cuda/finish_task.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/sgns/warp_vocabulary.hpp"
#include "m2grl/kernel/permutation.hpp"

namespace m2grl::cuda {

/// One sequence, and its number within the epoch.
struct found_sequence {
  const std::uint32_t* ids;
  std::uint64_t length, number;
};

/// Sequence number `item` of a slice that begins at `first`; `order`: of the epoch.
M2GRL_HOST_DEVICE inline found_sequence find_sequence(const sequence_source& source, const kernel::permutation& order,
                                                      std::uint64_t first, std::uint64_t item) {
  if (source.walks != nullptr) {
    return {source.walks + item * source.walk_length, source.lengths[item], source.numbers[item]};
  }
  const std::uint64_t row = order(first + item);
  const std::uint64_t begin = source.offsets[row];
  return {source.ids + begin, source.offsets[row + 1] - begin, row};
}

/// The next item of the slice, the same for all lanes.
M2GRL_HOST_DEVICE inline std::uint64_t claim_item(const warp& w, task_round& task) {
  per_lane<unsigned long long> item;
  w.each([&](std::uint32_t lane) {
    item[lane] = 0;
    if (lane == 0) item[lane] = fetch_add(&task.next_item, 1ull);
  });
  return w.value_of(item, 0);
}

/// Where a warp's `bytes` lie, of a launch that keeps them off the chip.
[[nodiscard]] M2GRL_HOST_DEVICE inline unsigned char* off_chip_memory(const sgns_arguments& a, std::size_t bytes,
                                                                      std::uint32_t warp_number) {
  return a.off_chip + warp_number * bytes;
}

/// A kernel's warps run side by side; nothing is to be done for it.
struct no_turns {
  M2GRL_HOST_DEVICE void operator()() const {}
};

/// `warp_number` of `warps`, those of the grid. `arrays` is followed by what `layout` describes. `next_turn` is called
/// after every centre, so that a host may let other warps go on.
template <std::uint32_t Columns, bool Adagrad, class Element, class Turn = no_turns>
M2GRL_HOST_DEVICE void train_slice(const sgns_arguments& a, const warp_layout& layout, warp_arrays& arrays,
                                   std::uint32_t warp_number, std::uint32_t warps, Turn&& next_turn = {}) {
  using vocabulary = warp_vocabulary<Columns, Adagrad, Element>;
  const warp w;
  kernel::sgns_options options = a.options;
  options.epoch = a.round->epoch;
  task_round& task = *a.task;
  const auto rate = static_cast<float>(static_cast<double>(a.round->learning_rate) * task.weight);
  const kernel::permutation order(a.sequences.rows, options.seed, options.task, options.epoch);
  // Warps and rounds round differently; a wave of warps is far below 2^16.
  const auto rounding_seed = static_cast<std::uint32_t>(a.round->round * 0x9E3779B1u) ^ (warp_number << 8);
  vocabulary words(a.inputs, a.outputs, a.dim, rate, options.logit_limit, layout, arrays, rounding_seed);
  kernel::sequence_trainer<vocabulary> trainer(words, options, arrays.trainer);
  const item_range slice = task.slice;
  for (std::uint64_t item = claim_item(w, task); item < slice.count; item = claim_item(w, task)) {
    const found_sequence next = find_sequence(a.sequences, order, slice.first, item);
    trainer.begin(next.ids, next.length, next.number);
    while (trainer.step()) next_turn();
  }
  const kernel::loss_tally tally = words.tally();
  w.each([&](std::uint32_t lane) {
    if (lane == 0) finish_launch(task, *a.round, tally, warps);
  });
}

}  // namespace m2grl::cuda
