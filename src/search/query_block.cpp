#include "search/query_block.hpp"

#include <cmath>
#include <limits>

namespace m2grl::search {

query_block::query_block(const table& queries, similarity by, std::size_t most)
    : queries_(queries), by_(by), squares_(most), units_(by == similarity::cosine ? most : 0, queries.dim()) {}

void query_block::take(std::size_t first, std::size_t count) {
  first_ = first, count_ = count;
  const std::size_t stride = queries_.stride();
  for (std::size_t r = 0; r < count; ++r) {
    squares_[r] = kernel::inner_product(original(r), original(r), stride);
    if (by_ == similarity::cosine) {
      unit_row(original(r), stride, static_cast<float>(squares_[r]), units_.data() + r * stride);
    }
  }
}

const float* query_block::rows() const noexcept { return by_ == similarity::cosine ? units_.data() : original(0); }

float query_block::threshold(std::size_t row, const candidate_block& block, float least) const {
  const double squares = squares_[row];
  double bound = static_cast<double>(least);
  if (by_ == similarity::l2) {
    bound = (bound + squares) / 2;  // −|q − c|² > least, where q·c − |c|²/2 > (least + |q|²) / 2
  } else if (squares == 0) {
    return least;  // every product is exactly 0
  }
  // A sum of n products in fp32 is off by at most n · 2⁻²⁴ · |q|·|c|, in whatever order it is summed, and by what
  // underflows; twice that, and some more for the rounding of lengths, unit rows and biases.
  const double terms = static_cast<double>(queries_.stride() + 16);
  const double query_length = by_ == similarity::cosine ? 1 : std::sqrt(squares), longest = block.longest;
  const double scale =
      by_ == similarity::l2 ? (query_length + longest) * (query_length + longest) : query_length * longest;
  const double loss = terms * (std::ldexp(scale, -23) + 2 * std::numeric_limits<float>::min());
  if (!(scale < 1e38)) return std::numeric_limits<float>::quiet_NaN();
  return std::nextafter(static_cast<float>(bound - loss), -std::numeric_limits<float>::infinity());
}

}  // namespace m2grl::search
