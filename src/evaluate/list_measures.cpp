#include "evaluate/list_measures.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "table_rows.hpp"

namespace m2grl::discovery {

item_facts::item_facts(const table& vectors, std::span<const std::uint64_t> counts, std::span<const node_id> categories,
                       std::size_t category_count)
    : units_(unit_rows(vectors)), categories_(categories), category_count_(category_count) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  for (const std::uint64_t count : counts) {
    bits_.push_back(std::log2(total / std::max<double>(1, static_cast<double>(count))));
  }
}

double item_facts::intra_list_distance(std::span<const node_id> list) const {
  if (list.size() < 2) return 0;
  // Σ over pairs of u·v = (‖Σ u‖² − Σ ‖u‖²) / 2.
  std::vector<double> sum(units_.dim(), 0.0);
  double own = 0;
  for (const node_id id : list) {
    for (std::size_t c = 0; c < sum.size(); ++c) {
      const auto value = static_cast<double>(units_[id][c]);
      sum[c] += value;
      own += value * value;
    }
  }
  const double both = std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0);
  const auto n = static_cast<double>(list.size());
  return 1 - (both - own) / (n * (n - 1));
}

double item_facts::novelty(std::span<const node_id> list) const {
  if (list.empty()) return 0;
  double bits = 0;
  for (const node_id id : list) bits += bits_[id];
  return bits / static_cast<double>(list.size());
}

double item_facts::outside_share(std::span<const node_id> list, node_id category) const {
  if (list.empty()) return 0;
  const auto outside = std::count_if(list.begin(), list.end(), [&](node_id id) { return categories_[id] != category; });
  return static_cast<double>(outside) / static_cast<double>(list.size());
}

list_measures::list_measures(const item_facts& facts, std::size_t queries, std::size_t columns)
    : facts_(facts),
      queries_(queries),
      columns_(columns),
      values_(queries * columns),
      shown_(columns * facts.categories(), 0) {}

void list_measures::add(std::size_t query, std::size_t column, std::span<const node_id> list, node_id last) {
  list_values& values = values_[query * columns_ + column];
  values.distance = facts_.intra_list_distance(list);
  values.novelty = facts_.novelty(list);
  if (last != no_node) values.outside = facts_.outside_share(list, last);
  for (const node_id id : list) {
    const node_id category = facts_.category(id);
    if (category == no_node) continue;
    std::atomic_ref<std::uint8_t>(shown_[column * facts_.categories() + category]).store(1, std::memory_order_relaxed);
  }
}

void list_measures::summarise(std::size_t column, std::size_t known_last, discovery_at_k& to) const {
  list_values sum;
  for (std::size_t q = 0; q < queries_; ++q) {
    const list_values& values = values_[q * columns_ + column];
    sum.distance += values.distance;
    sum.novelty += values.novelty;
    sum.outside += values.outside;
  }
  const double n = std::max<double>(1, static_cast<double>(queries_));
  const auto first = shown_.begin() + static_cast<std::ptrdiff_t>(column * facts_.categories());
  const auto covered = std::count(first, first + static_cast<std::ptrdiff_t>(facts_.categories()), 1);
  to.category_coverage = static_cast<double>(covered) / std::max<double>(1, static_cast<double>(facts_.categories()));
  to.intra_list_distance = sum.distance / n;
  to.novelty = sum.novelty / n;
  to.outside_share = sum.outside / std::max<double>(1, static_cast<double>(known_last));
}

}  // namespace m2grl::discovery
