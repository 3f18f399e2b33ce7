#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"
#include "m2grl/synth.hpp"
#include "synth/planting.hpp"

namespace m2grl {
namespace {

using namespace synth;

/// The planted distribution of one next item, as shares of categories, of one brand, and of successors:
/// P(j) = in_category(category of j) · j's share of it + [brand] · j's share of it + [successor] · its weight.
class next_item {
 public:
  next_item(const marketplace& m, std::size_t user, node_id last) : m_(m), brand_(m.brand[last]) {
    const synth_config& plan = m.plan;
    const double stay = 1 - plan.session_end;
    const node_id category = m.category[last];
    const auto related = m.related_categories[category];
    double of_tastes = 1 - stay * (plan.follow + plan.same_brand + plan.same_category + plan.related_category);
    successors_ = m.successors[last];
    follow_ = stay * plan.follow;
    if (successors_.empty()) of_tastes += follow_;
    in_brand_ = stay * plan.same_brand;
    add(category, stay * (plan.same_category + (related.empty() ? plan.related_category : 0)));
    for (const node_id c : related) add(c, stay * plan.related_category / static_cast<double>(related.size()));
    const auto tastes = m.tastes[user];
    for (const node_id taste : tastes) {
      const auto categories = m.categories_of_taste[taste];
      for (const node_id c : categories) {
        add(c, of_tastes / static_cast<double>(tastes.size()) / static_cast<double>(categories.size()));
      }
    }
  }

  /// Calls visit(item, P) for every item that may come next, once each.
  /// `at_least`: items whose P is below it may be left out.
  template <class Visit>
  void each(double at_least, Visit&& visit) const {
    const auto brand = m_.by_brand.members[brand_];
    for (const node_id item : brand) visit(item, of(item));
    for (const node_id item : successors_) {
      if (m_.brand[item] != brand_) visit(item, of(item));
    }
    for (const auto& [category, share] : categories_) {
      const auto members = m_.by_category.members[category];
      const auto shares = row_of(m_.by_category, m_.by_category.share, category);
      for (std::size_t r = 0; r < members.size() && share * shares[r] >= at_least; ++r) {
        if (m_.brand[members[r]] != brand_ && successor_weight(members[r]) == 0) visit(members[r], share * shares[r]);
      }
    }
  }
  [[nodiscard]] double of(node_id item) const {
    double p = successor_weight(item);
    if (m_.brand[item] == brand_) p += in_brand_ * share_of(m_.by_brand, brand_, item);
    for (const auto& [category, share] : categories_) {
      if (category == m_.category[item]) return p + share * share_of(m_.by_category, category, item);
    }
    return p;
  }

 private:
  void add(node_id category, double share) {
    for (auto& [c, sum] : categories_) {
      if (c == category) {
        sum += share;
        return;
      }
    }
    categories_.emplace_back(category, share);
  }
  [[nodiscard]] static double share_of(const item_groups& groups, std::size_t group, node_id item) {
    return row_of(groups, groups.share, group)[groups.rank[item]];
  }
  [[nodiscard]] double successor_weight(node_id item) const {
    const auto found = std::find(successors_.begin(), successors_.end(), item);
    if (found == successors_.end()) return 0;
    const double whole = 2 - std::ldexp(1.0, 1 - static_cast<int>(successors_.size()));
    return follow_ * std::ldexp(1.0, -static_cast<int>(found - successors_.begin())) / whole;
  }

  const marketplace& m_;
  node_id brand_;
  std::span<const node_id> successors_;
  double follow_ = 0, in_brand_ = 0;
  std::vector<std::pair<node_id, double>> categories_;
};

/// Items that stand before the target: a higher probability, or the same and a lower number.
std::uint64_t rank_of(const next_item& next, std::span<const node_id> history, node_id target) {
  std::vector<node_id> seen(history.begin(), history.end());
  std::sort(seen.begin(), seen.end());
  const double goal = next.of(target);
  std::uint64_t before = 0;
  next.each(goal, [&](node_id item, double p) {
    if (item == target || p < goal || (p == goal && item > target)) return;
    before += !std::binary_search(seen.begin(), seen.end(), item);
  });
  return before + 1;
}

}  // namespace

std::vector<double> next_item_probabilities(const marketplace& m, std::size_t user, node_id last) {
  if (user >= m.tastes.size()) throw invalid_input(fmt::format("user {} of {}", user, m.tastes.size()));
  if (last >= m.category.size()) throw invalid_input(fmt::format("item {} of {}", last, m.category.size()));
  std::vector<double> p(m.category.size(), 0);
  next_item(m, user, last).each(0, [&](node_id item, double probability) { p[item] = probability; });
  return p;
}

oracle_metrics oracle_ranking(const marketplace& m, bool validation, std::span<const std::uint32_t> k) {
  if (std::find(k.begin(), k.end(), 0u) != k.end()) throw invalid_input("k is 0, it must be at least 1");
  std::vector<std::uint64_t> ranks(m.events.size(), 0);  // 0: asks nothing
  ingest::parallel_each(m.events.size(), ingest::worker_count(m.plan.threads), [&](std::size_t user) {
    const auto events = m.events[user];
    if (events.size() < 3) return;
    const auto history = events.first(events.size() - (validation ? 2 : 1));
    ranks[user] = rank_of(next_item(m, user, history.back()), history, events[history.size()]);
  });
  oracle_metrics result;
  result.queries =
      static_cast<std::uint64_t>(std::count_if(ranks.begin(), ranks.end(), [](auto rank) { return rank > 0; }));
  const double n = std::max<double>(1, static_cast<double>(result.queries));
  for (const std::uint32_t at : k) result.at.push_back({at, 0, 0});
  for (const std::uint64_t rank : ranks) {
    if (rank == 0) continue;
    result.mrr += 1 / static_cast<double>(rank) / n;
    for (oracle_at_k& at : result.at) {
      if (rank > at.k) continue;
      at.hit_rate += 1 / n;
      at.ndcg += 1 / std::log2(static_cast<double>(rank) + 1) / n;
    }
  }
  return result;
}

}  // namespace m2grl
