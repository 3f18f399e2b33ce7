#pragma once
/// Candidates, a block at a time, as the matrix product takes them.

#include <span>
#include <vector>

#include "m2grl/search.hpp"
#include "m2grl/table.hpp"

namespace m2grl::search {

/// One block of candidates. Row r belongs to id_of(r).
struct candidate_block {
  const float* rows = nullptr;       ///< [count, stride]; unit vectors for cosine
  const float* originals = nullptr;  ///< [count, stride] as in the table
  const node_id* ids = nullptr;      ///< [count]; null: first, first + 1, …
  const float* bias = nullptr;       ///< [count] minus half the squared lengths, for l2; null: none
  std::size_t first = 0, count = 0;
  float longest = 0;  ///< no row is longer, but for fp32's rounding; NaN or infinite: not known

  [[nodiscard]] node_id id_of(std::size_t row) const noexcept {
    return ids != nullptr ? ids[row] : static_cast<node_id>(first + row);
  }
};

/// Makes blocks of at most `most` rows, one at a time. A thread's own.
class candidate_blocks {
 public:
  /// `allowed`: ascending ids; null: all candidates.
  candidate_blocks(const table& candidates, similarity by, const std::vector<node_id>* allowed, std::size_t most);

  /// Of candidates first … first + count − 1 (of those allowed). Valid until the next call.
  [[nodiscard]] const candidate_block& make(std::size_t first, std::size_t count);

 private:
  void gather(std::size_t first, std::size_t count);
  void normalise(std::size_t count);
  void measure(std::size_t count);

  const table& candidates_;
  similarity by_;
  const std::vector<node_id>* allowed_;
  table copies_;  ///< of rows that are not used where they lie
  table units_;   ///< for cosine
  std::vector<float> squares_, bias_;
  candidate_block block_;
};

/// unit = row / its length over [stride], zero for a zero row; `squares`: the squared length in fp32.
void unit_row(const float* row, std::size_t stride, float squares, float* unit);

}  // namespace m2grl::search
