#pragma once
/// What is wrong with sequences that a caller holds in device memory, and how often each node occurs in them.

#include <cstdint>

#include "cuda/atomics.hpp"

namespace m2grl::cuda {

/// Rows of ids as the caller describes them: [rows + 1], [positions].
struct unchecked_sequences {
  const std::uint64_t* offsets = nullptr;
  const std::uint32_t* ids = nullptr;
  std::uint64_t rows = 0, positions = 0, nodes = 0;
};

inline constexpr unsigned long long no_fault = ~0ull;
/// The first of each, or no_fault.
struct sequence_faults {
  unsigned long long row = no_fault;       ///< its offsets decrease, leave the ids, or span too many
  unsigned long long position = no_fault;  ///< its id is not below nodes
};

/// No row may be as long as this: positions within it are counted in 28 bits.
inline constexpr std::uint64_t row_positions_limit = std::uint64_t{1} << 28;

M2GRL_HOST_DEVICE inline void check_row(const unchecked_sequences& s, std::uint64_t row, sequence_faults* faults) {
  const std::uint64_t begin = s.offsets[row], end = s.offsets[row + 1];
  const bool sound = begin <= end && end <= s.positions && end - begin < row_positions_limit &&
                     (row > 0 || begin == 0) && (row + 1 < s.rows || end == s.positions);
  if (!sound) lower_to(&faults->row, static_cast<unsigned long long>(row));
}

M2GRL_HOST_DEVICE inline void count_position(const unchecked_sequences& s, std::uint64_t position,
                                             sequence_faults* faults, unsigned long long* counts) {
  const std::uint32_t id = s.ids[position];
  if (id < s.nodes) {
    fetch_add(counts + id, 1ull);
  } else {
    lower_to(&faults->position, static_cast<unsigned long long>(position));
  }
}

}  // namespace m2grl::cuda
