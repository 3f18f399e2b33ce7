#pragma once
/// Draws items in proportion to count^alpha, of all items or of one category.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/types.hpp"

namespace m2grl::metric {

class item_sampler {
 public:
  /// counts, categories: [items].
  item_sampler(std::span<const std::uint64_t> counts, std::span<const node_id> categories, double alpha);

  /// u in [0, 1).
  [[nodiscard]] node_id any(double u) const { return at(u, 0, order_.size()); }
  /// An item of the same category as `item`, perhaps `item` itself.
  [[nodiscard]] node_id of_category(node_id item, double u) const;

 private:
  [[nodiscard]] node_id at(double u, std::size_t first, std::size_t last) const;

  std::vector<node_id> order_;             ///< items by category
  std::vector<double> sums_;               ///< [items + 1] running sums of their weights
  std::vector<std::size_t> first_, last_;  ///< of each item: where its category lies in order_
};

}  // namespace m2grl::metric
