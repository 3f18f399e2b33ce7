#pragma once
/// Two linked views for the alignment benches, what a batch of theirs draws, and its loss by a plain loop.

#include <cstdint>
#include <vector>

#include "train/backend.hpp"
#include "train/problem.hpp"

namespace m2grl::bench {

inline constexpr std::uint32_t link_dim = 128;

/// How often the nodes of both views occur.
enum class occurrence { zipf, once };

/// `items` nodes, each linked to one of `others`, and initial tables. Owns what the problem points to.
struct linked_views {
  linked_views(std::uint32_t items, std::uint32_t others, std::uint32_t threads, occurrence counts);
  linked_views(const linked_views&) = delete;

  ragged links;
  ragged item_sequences, other_sequences;                ///< zipf: where the counts come from
  std::vector<std::uint64_t> item_counts, other_counts;  ///< once
  problem p;
  embeddings learned;
};

/// The pairs and negatives of a whole batch, from the documented counters.
struct drawn_batch {
  std::vector<kernel::linked_pair> pairs;
  std::vector<std::uint32_t> negatives;  ///< [pairs, K]
  std::size_t unique_a = 0, unique_b = 0;
};
[[nodiscard]] drawn_batch draw_batch(const problem& p, std::uint64_t first);

/// Mean loss of a batch over tables as they are, W the identity, no bias: a plain double-precision loop.
[[nodiscard]] double reference_loss(const linked_views& v, const drawn_batch& d);

}  // namespace m2grl::bench
