#pragma once
/// Which pairs a batch trains, and which rows of either side they touch.

#include <cstdint>

#include "cuda/align/link_batch.hpp"
#include "cuda/atomics.hpp"
#include "cuda/warp.hpp"

namespace m2grl::cuda {

/// Gives a slot to each row that is touched for the first time; `ids`: a lane's row, or no_slot. The lane that claims
/// a row is the only one to write its slot, and no lane of this kernel reads one: those that come second go on without
/// waiting, and the kernels that follow see every slot.
M2GRL_HOST_DEVICE inline void claim_rows(const warp& w, const link_side& side, const per_lane<std::uint32_t>& ids) {
  per_lane<bool> first;
  w.each([&](std::uint32_t lane) {
    first[lane] = ids[lane] != no_slot && claim(side.slot_of + ids[lane], no_slot, slot_to_come);
  });
  per_lane<std::uint32_t> rank, base;
  const std::uint32_t claimed = w.count(first, rank);
  if (claimed == 0) return;
  w.each([&](std::uint32_t lane) {
    if (lane == 0) base[lane] = fetch_add(side.row_count, claimed);
  });
  const std::uint32_t start = w.value_of(base, 0);
  w.each([&](std::uint32_t lane) {
    if (!first[lane]) return;
    side.rows[start + rank[lane]] = ids[lane];
    side.slot_of[ids[lane]] = start + rank[lane];
  });
}

/// Pair `pair` of the batch and its negatives, from the batch's pool.
M2GRL_HOST_DEVICE inline void draw_one_pair(const link_batch& l, const kernel::link_options& o,
                                            const batch_slice& slice, std::uint32_t pair) {
  const kernel::linked_pair drawn = kernel::draw_pair(o, slice.first + pair);
  std::uint32_t* outputs = l.outputs + std::size_t{pair} * (1 + o.negatives);
  l.from[pair] = drawn.from;
  outputs[0] = drawn.to;
  for (std::uint32_t k = 0; k < o.negatives; ++k) {
    const std::uint32_t entry = kernel::draw_pool_index(o, slice.first + pair, k, l.pool_size);
    outputs[1 + k] = kernel::draw_pool_entry(o, slice.first, entry);
  }
}

/// A warp draws 32 pairs, a lane each, and claims their rows. A negative equal to the partner touches nothing anew.
M2GRL_HOST_DEVICE inline void draw_pairs(const warp& w, const link_batch& l, std::uint32_t batch,
                                         std::uint32_t first_pair) {
  const batch_slice slice = slice_of(l, batch);
  if (first_pair >= slice.count) return;
  kernel::link_options o = l.draws;
  o.epoch = l.round->epoch;
  per_lane<std::uint32_t> ids;
  w.each([&](std::uint32_t lane) {
    const std::uint32_t pair = first_pair + lane;
    ids[lane] = no_slot;
    if (pair >= slice.count) return;
    draw_one_pair(l, o, slice, pair);
    ids[lane] = l.from[pair];
  });
  claim_rows(w, l.a, ids);
  for (std::uint32_t k = 0; k <= o.negatives; ++k) {
    w.each([&](std::uint32_t lane) {
      const std::uint32_t pair = first_pair + lane;
      ids[lane] = pair < slice.count ? l.outputs[std::size_t{pair} * (1 + o.negatives) + k] : no_slot;
    });
    claim_rows(w, l.b, ids);
  }
}

}  // namespace m2grl::cuda
