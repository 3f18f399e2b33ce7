#include "search/candidate_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "search/rows.hpp"

namespace m2grl::search {

void unit_row(const float* row, std::size_t stride, float squares, float* unit) {
  if (squares > 1e-30f && squares < 1e30f) return scale_row(row, stride, 1 / std::sqrt(squares), unit);
  // Lengths whose squares, or whose inverse, leave fp32's range.
  const double length = std::sqrt(kernel::inner_product(row, row, stride));
  for (std::size_t c = 0; c < stride; ++c) {
    unit[c] = length == 0 ? 0 : static_cast<float>(static_cast<double>(row[c]) / length);
  }
}

candidate_blocks::candidate_blocks(const table& candidates, similarity by, const std::vector<node_id>* allowed,
                                   std::size_t most)
    : candidates_(candidates),
      by_(by),
      allowed_(allowed),
      copies_(allowed != nullptr ? most : 0, candidates.dim()),
      units_(by == similarity::cosine ? most : 0, candidates.dim()),
      squares_(most),
      bias_(by == similarity::l2 ? most : 0) {}

const candidate_block& candidate_blocks::make(std::size_t first, std::size_t count) {
  block_ = {};
  block_.first = first, block_.count = count;
  block_.rows = candidates_.data() + first * candidates_.stride();
  if (allowed_ != nullptr) gather(first, count);
  block_.originals = block_.rows;
  squared_lengths(block_.rows, count, candidates_.stride(), squares_.data());
  if (by_ == similarity::cosine) {
    normalise(count);
  } else {
    measure(count);
  }
  return block_;
}

void candidate_blocks::gather(std::size_t first, std::size_t count) {
  block_.ids = allowed_->data() + first;
  const std::size_t stride = candidates_.stride();
  for (std::size_t r = 0; r < count; ++r) {
    std::memcpy(copies_.data() + r * stride, candidates_.data() + block_.ids[r] * stride, stride * sizeof(float));
  }
  block_.rows = copies_.data();
}

void candidate_blocks::normalise(std::size_t count) {
  const std::size_t stride = candidates_.stride();
  for (std::size_t r = 0; r < count; ++r) {
    unit_row(block_.rows + r * stride, stride, squares_[r], units_.data() + r * stride);
  }
  block_.rows = units_.data();
  block_.longest = 1;
}

void candidate_blocks::measure(std::size_t count) {
  float most = 0;
  for (std::size_t r = 0; r < count; ++r) most = std::max(most, squares_[r]);  // a NaN row has NaN scores anyway
  // What the squares of tiny values lose to fp32's range is added back.
  block_.longest = std::sqrt(most + static_cast<float>(candidates_.stride()) * std::numeric_limits<float>::min());
  if (by_ != similarity::l2) return;
  for (std::size_t r = 0; r < count; ++r) bias_[r] = -0.5f * squares_[r];
  block_.bias = bias_.data();
}

}  // namespace m2grl::search
