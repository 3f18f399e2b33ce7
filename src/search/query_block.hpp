#pragma once
/// Queries, a block at a time, and what a score of the matrix product must exceed for them.

#include <cstddef>
#include <vector>

#include "search/candidate_blocks.hpp"

namespace m2grl::search {

class query_block {
 public:
  query_block(const table& queries, similarity by, std::size_t most);

  /// Turns to queries first … first + count − 1.
  void take(std::size_t first, std::size_t count);
  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// [count, stride]: as they are, or unit vectors for cosine.
  [[nodiscard]] const float* rows() const noexcept;

  /// Score of query `row` of the block with a candidate's row of the table.
  [[nodiscard]] float score(std::size_t row, const float* candidate) const {
    return kernel::similarity_of(by_, original(row), squares_[row], candidate, queries_.stride());
  }
  /// What the product (with the bias) must exceed for the score to exceed `least`.
  [[nodiscard]] float threshold(std::size_t row, const candidate_block& block, float least) const {
    return kernel::product_threshold(by_, squares_[row], block.longest, queries_.stride(), least);
  }
  /// Squared lengths, [count].
  [[nodiscard]] const std::vector<double>& squares() const noexcept { return squares_; }

 private:
  [[nodiscard]] const float* original(std::size_t row) const noexcept {
    return queries_.data() + (first_ + row) * queries_.stride();
  }

  const table& queries_;
  similarity by_;
  std::size_t first_ = 0, count_ = 0;
  std::vector<double> squares_;  ///< [count]
  table units_;
};

}  // namespace m2grl::search
