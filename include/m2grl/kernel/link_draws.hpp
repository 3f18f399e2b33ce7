#pragma once
/// What the inter-view (alignment) task trains on, drawn by counters: linked pairs and their negatives.

#include <cstdint>

#include "m2grl/kernel/alias_sampler.hpp"
#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/philox.hpp"

namespace m2grl::kernel {

/// One linked pair: node `from` of view a, node `to` of view b.
struct linked_pair {
  std::uint32_t from;
  std::uint32_t to;
};

/// What one alignment task draws from. Trivially copyable.
struct link_options {
  std::uint64_t seed = 0;
  std::uint32_t task = 0;
  std::uint32_t epoch = 0;
  std::uint32_t negatives = 5;                ///< K, per pair
  alias_sampler_ref sources;                  ///< of `from` nodes, by their training occurrences
  const std::uint64_t* offsets = nullptr;     ///< [n_a + 1] rows of linked nodes
  const std::uint32_t* targets = nullptr;     ///< [links]
  const std::uint32_t* cumulative = nullptr;  ///< [links] per-row inclusive prefix sums of the links' counts
  alias_sampler_ref noise;                    ///< of negatives in view b
};

/// Pair number `pair` of the epoch: a `from` node by its occurrences, one of its `to` nodes by its count.
M2GRL_HOST_DEVICE inline linked_pair draw_pair(const link_options& o, std::uint64_t pair) {
  const philox_block block = random_stream(o.seed, o.task, o.epoch, pair, purpose::links).block(0);
  const std::uint32_t from = o.sources(block.word[0], block.word[1]);
  std::uint64_t low = o.offsets[from];
  std::uint64_t high = o.offsets[from + 1] - 1;
  const std::uint32_t drawn = mulhi(block.word[2], o.cumulative[high]);
  while (low < high) {  // the first link whose prefix sum exceeds the draw
    const std::uint64_t middle = low + (high - low) / 2;
    if (o.cumulative[middle] > drawn) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return {from, o.targets[low]};
}

/// Entry `index` of the pool of negatives of the batch that starts at pair `first`.
M2GRL_HOST_DEVICE inline std::uint32_t draw_pool_entry(const link_options& o, std::uint64_t first,
                                                       std::uint32_t index) {
  const philox_block block = random_stream(o.seed, o.task, o.epoch, first, purpose::link_negatives).block(index);
  return o.noise(block.word[0], block.word[1]);
}

/// Which entry of a pool of `pool_size` is negative k of pair number `pair`.
M2GRL_HOST_DEVICE inline std::uint32_t draw_pool_index(const link_options& o, std::uint64_t pair, std::uint32_t k,
                                                       std::uint32_t pool_size) {
  const philox_block block = random_stream(o.seed, o.task, o.epoch, pair, purpose::links).block(1 + k / 4);
  return mulhi(block.word[k % 4], pool_size);
}

}  // namespace m2grl::kernel
