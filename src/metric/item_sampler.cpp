#include "metric/item_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace m2grl::metric {

item_sampler::item_sampler(std::span<const std::uint64_t> counts, std::span<const node_id> categories, double alpha)
    : order_(counts.size()), sums_(1, 0.0), first_(counts.size()), last_(counts.size()) {
  std::iota(order_.begin(), order_.end(), 0u);
  std::stable_sort(order_.begin(), order_.end(), [&](node_id a, node_id b) { return categories[a] < categories[b]; });
  for (const node_id item : order_) {
    const auto count = static_cast<double>(std::max<std::uint64_t>(1, counts[item]));
    sums_.push_back(sums_.back() + std::pow(count, alpha));
  }
  for (std::size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
    while (end < order_.size() && categories[order_[end]] == categories[order_[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      first_[order_[i]] = begin;
      last_[order_[i]] = end;
    }
  }
}

node_id item_sampler::of_category(node_id item, double u) const { return at(u, first_[item], last_[item]); }

node_id item_sampler::at(double u, std::size_t first, std::size_t last) const {
  const double sum = sums_[first] + u * (sums_[last] - sums_[first]);
  const auto found = std::upper_bound(sums_.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                                      sums_.begin() + static_cast<std::ptrdiff_t>(last), sum);
  return order_[static_cast<std::size_t>(found - sums_.begin()) - 1];
}

}  // namespace m2grl::metric
