#pragma once
/// Histories in blocks, so that their query vectors are never held all at once.

#include <algorithm>
#include <span>
#include <vector>

#include "m2grl/model.hpp"
#include "m2grl/types.hpp"

namespace m2grl {

/// Throws invalid_input where an id is none of the view's.
void check_ids(std::span<const node_id> ids, const model_view& view);

/// Calls visit(block) for blocks of rows in order, each with offsets of its own.
template <class Visit>
void for_each_history_block(ragged_ref histories, Visit&& visit) {
  constexpr std::size_t rows = 8192;  // query vectors held at once: 12 MiB at 384 dimensions
  std::vector<std::uint64_t> offsets;
  for (std::size_t first = 0; first < histories.size(); first += rows) {
    const std::size_t end = std::min(first + rows, histories.size());
    const std::uint64_t begin = histories.offsets[first];
    offsets.clear();
    for (std::size_t row = first; row <= end; ++row) offsets.push_back(histories.offsets[row] - begin);
    visit(ragged_ref{offsets, histories.ids.subspan(begin, offsets.back())});
  }
}

}  // namespace m2grl
