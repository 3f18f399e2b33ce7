#include "search/query_block.hpp"

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

}  // namespace m2grl::search
