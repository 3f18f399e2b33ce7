#pragma once
/// What lists of recommendations are like, beside whether they hit.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/discovery.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl::discovery {

/// What is known of the items: categories [items], unit vectors [items, dim], training counts [items].
class item_facts {
 public:
  item_facts(const table& vectors, std::span<const std::uint64_t> counts, std::span<const node_id> categories,
             std::size_t category_count);

  /// Mean of 1 − cosine over the pairs of a list; 0 for fewer than two items.
  [[nodiscard]] double intra_list_distance(std::span<const node_id> list) const;
  /// Mean of −log2(share of the training events).
  [[nodiscard]] double novelty(std::span<const node_id> list) const;
  /// Share of a list that lies outside a category.
  [[nodiscard]] double outside_share(std::span<const node_id> list, node_id category) const;

  [[nodiscard]] node_id category(node_id item) const { return categories_[item]; }
  [[nodiscard]] std::size_t categories() const noexcept { return category_count_; }

 private:
  table units_;
  std::vector<double> bits_;
  std::span<const node_id> categories_;
  std::size_t category_count_;
};

/// What one query's list adds to the means.
struct list_values {
  double distance = 0, novelty = 0, outside = 0;
};

/// Per query and (way, k), so that sums never depend on the threads' order.
class list_measures {
 public:
  list_measures(const item_facts& facts, std::size_t queries, std::size_t columns);

  /// From any thread, once per query and column. `last` is the category of the history's last item, or no_node.
  void add(std::size_t query, std::size_t column, std::span<const node_id> list, node_id last);
  /// Fills all but the hit rates. `known_last` is the number of queries whose last item has a category.
  void summarise(std::size_t column, std::size_t known_last, discovery_at_k& to) const;

 private:
  const item_facts& facts_;
  std::size_t queries_, columns_;
  std::vector<list_values> values_;  ///< [queries, columns]
  std::vector<std::uint8_t> shown_;  ///< [columns, categories]
};

}  // namespace m2grl::discovery
