#include "synth/planting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"
#include "m2grl/kernel/permutation.hpp"
#include "synth/draws.hpp"

namespace m2grl::synth {
namespace {

constexpr double category_size_exponent = 0.5;  // sizes of categories fall as the root of their rank
constexpr double successor_of_brand = 0.6;      // share of successors that are of the item's own brand

void require(bool holds, const std::string& message) {
  if (!holds) throw invalid_input(message);
}

/// Items of each category: one, and a share of the others that falls with the category's (random) rank.
std::vector<std::size_t> category_sizes(const synth_config& plan) {
  std::vector<double> share, cumulative;
  zipf_shares(plan.categories, category_size_exponent, share, cumulative);
  const kernel::permutation rank_of(plan.categories, plan.seed, static_cast<std::uint32_t>(drawn::category_sizes), 0);
  const auto spare = static_cast<double>(plan.items - plan.categories);
  std::vector<std::size_t> sizes(plan.categories);
  for (std::size_t c = 0; c < plan.categories; ++c) {
    const std::size_t rank = rank_of(c);
    const double before = rank == 0 ? 0 : cumulative[rank - 1];
    sizes[c] = 1 + static_cast<std::size_t>(spare * cumulative[rank]) - static_cast<std::size_t>(spare * before);
  }
  return sizes;
}

void plant_categories(marketplace& m) {
  const synth_config& plan = m.plan;
  const kernel::permutation number_of(plan.items, plan.seed, static_cast<std::uint32_t>(drawn::item_numbers), 0);
  m.category.resize(plan.items);
  std::size_t place = 0;
  const auto sizes = category_sizes(plan);
  for (std::size_t c = 0; c < plan.categories; ++c) {
    for (std::size_t rank = 0; rank < sizes[c]; ++rank) {
      const auto item = static_cast<node_id>(number_of(place++));
      m.category[item] = static_cast<node_id>(c);
      m.by_category.members.ids.push_back(item);
    }
    m.by_category.members.end_row();
  }
  for (std::size_t c = 0; c < plan.categories; ++c) {
    m.taste_of_category.push_back(static_cast<node_id>(c / plan.categories_per_taste));
    if (c > 0 && m.taste_of_category[c] != m.taste_of_category[c - 1]) m.categories_of_taste.end_row();
    m.categories_of_taste.ids.push_back(static_cast<node_id>(c));
  }
  m.categories_of_taste.end_row();
  for (std::size_t c = 0; c < plan.categories; ++c) {  // the two that follow it round its taste
    const auto taste = m.categories_of_taste[m.taste_of_category[c]];
    const std::size_t place_in_taste = c - taste.front();
    for (std::size_t step = 1; step <= std::min<std::size_t>(2, taste.size() - 1); ++step) {
      m.related_categories.ids.push_back(taste[(place_in_taste + step) % taste.size()]);
    }
    m.related_categories.end_row();
  }
}

/// One of the attribute's values that belong to a taste (value v to taste v % tastes), the first ones more often.
node_id draw_attribute(std::size_t values, std::size_t tastes, std::size_t taste, double u) {
  const std::size_t of_taste = values > taste ? (values - taste - 1) / tastes + 1 : 0;
  if (of_taste == 0) return static_cast<node_id>(taste % values);       // fewer values than tastes: shared
  const double place = std::pow(static_cast<double>(of_taste), u) - 1;  // log-uniform: Zipf(1), nearly
  return static_cast<node_id>(taste + tastes * std::min(static_cast<std::size_t>(place), of_taste - 1));
}

void fill_ranks(item_groups& groups, std::size_t items) {
  groups.rank.resize(items);
  for (std::size_t g = 0; g < groups.members.size(); ++g) {
    node_id next = 0;
    for (const node_id item : groups.members[g]) groups.rank[item] = next++;
  }
}

void plant_attributes(marketplace& m) {
  const synth_config& plan = m.plan;
  const std::size_t tastes = m.categories_of_taste.size();
  m.brand.resize(plan.items);
  m.shop.resize(plan.items);
  for (std::size_t i = 0; i < plan.items; ++i) {
    draws random(plan.seed, drawn::attributes, i);
    const std::size_t taste = m.taste_of_category[m.category[i]];
    m.brand[i] = draw_attribute(plan.brands, tastes, taste, random.uniform());
    m.shop[i] = draw_attribute(plan.shops, tastes, taste, random.uniform());
  }
  fill_ranks(m.by_category, plan.items);
  const std::vector<node_id>& rank = m.by_category.rank;
  std::vector<node_id>& order = m.by_brand.members.ids;
  order.resize(plan.items);
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](node_id a, node_id b) {
    return std::tuple(m.brand[a], rank[a], a) < std::tuple(m.brand[b], rank[b], b);
  });
  std::size_t end = 0;
  for (std::size_t b = 0; b < plan.brands; ++b) {
    while (end < order.size() && m.brand[order[end]] == b) ++end;
    m.by_brand.members.offsets.push_back(end);
  }
  fill_ranks(m.by_brand, plan.items);
}

void share_out(item_groups& groups, double exponent) {
  std::vector<double> share, cumulative;
  for (std::size_t g = 0; g < groups.members.size(); ++g) {
    zipf_shares(groups.members[g].size(), exponent, share, cumulative);
    groups.share.insert(groups.share.end(), share.begin(), share.end());
    groups.cumulative.insert(groups.cumulative.end(), cumulative.begin(), cumulative.end());
  }
}

/// Distinct items of item i's taste: some of its brand, the others of its category and the related ones.
void draw_successors(const marketplace& m, std::size_t item, std::vector<node_id>& chosen) {
  draws random(m.plan.seed, drawn::successors, item);
  const auto related = m.related_categories[m.category[item]];
  const auto of_brand = m.by_brand.members[m.brand[item]];
  chosen.clear();
  for (std::size_t tries = 0; tries < 16 * m.plan.successors && chosen.size() < m.plan.successors; ++tries) {
    auto group = of_brand;
    if (random.uniform() >= successor_of_brand) {
      const std::size_t which = random.below(related.size() + 1);
      group = m.by_category.members[which == related.size() ? m.category[item] : related[which]];
    }
    const node_id next = group[random.below(group.size())];
    if (next != item && std::find(chosen.begin(), chosen.end(), next) == chosen.end()) chosen.push_back(next);
  }
}

void plant_successors(marketplace& m) {
  constexpr std::size_t block = 1024;
  const std::size_t blocks = (m.plan.items + block - 1) / block;
  std::vector<ragged> parts(blocks);
  ingest::parallel_each(blocks, ingest::worker_count(m.plan.threads), [&](std::size_t b) {
    std::vector<node_id> chosen;
    for (std::size_t i = b * block; i < std::min(m.plan.items, (b + 1) * block); ++i) {
      draw_successors(m, i, chosen);
      parts[b].ids.insert(parts[b].ids.end(), chosen.begin(), chosen.end());
      parts[b].end_row();
    }
  });
  for (const ragged& part : parts) {
    for (std::size_t row = 0; row < part.size(); ++row) {
      m.successors.ids.insert(m.successors.ids.end(), part[row].begin(), part[row].end());
      m.successors.end_row();
    }
  }
}

}  // namespace

std::size_t taste_count(const synth_config& plan) {
  return (plan.categories + plan.categories_per_taste - 1) / plan.categories_per_taste;
}

void check_plan(const synth_config& plan) {
  require(plan.users >= 1 && plan.users < no_node, fmt::format("{} users: there must be 1 to 2^32 - 2", plan.users));
  require(plan.categories >= 1, "0 categories: there must be at least 1");
  require(plan.items >= plan.categories && plan.items < no_node,
          fmt::format("{} items: there must be at least one for each of the {} categories, at most 2^32 - 2",
                      plan.items, plan.categories));
  require(plan.brands >= 1 && plan.brands < no_node,
          fmt::format("{} brands: there must be 1 to 2^32 - 2", plan.brands));
  require(plan.shops >= 1 && plan.shops < no_node, fmt::format("{} shops: there must be 1 to 2^32 - 2", plan.shops));
  require(plan.categories_per_taste >= 1, "0 categories per taste: there must be at least 1");
  require(plan.tastes_per_user >= 1 && plan.tastes_per_user <= taste_count(plan),
          fmt::format("{} tastes per user: {} categories make {} tastes", plan.tastes_per_user, plan.categories,
                      taste_count(plan)));
  require(plan.min_events >= 1, "users have at least 0 events: it must be at least 1");
  require(std::isfinite(plan.events_per_user) && plan.events_per_user >= static_cast<double>(plan.min_events),
          fmt::format("{} events per user: the mean must be at least the least, {}", plan.events_per_user,
                      plan.min_events));
  require(std::isfinite(plan.zipf) && plan.zipf >= 0,
          fmt::format("a Zipf exponent of {}: it must be at least 0", plan.zipf));
  require(std::isfinite(plan.taste_zipf) && plan.taste_zipf >= 0,
          fmt::format("a Zipf exponent of {} for tastes: it must be at least 0", plan.taste_zipf));
  require(plan.successors <= 64, fmt::format("{} successors: there may be at most 64", plan.successors));
  for (const double share :
       {plan.follow, plan.same_brand, plan.same_category, plan.related_category, plan.session_end}) {
    require(share >= 0 && share <= 1, fmt::format("a probability of {}: it must lie in 0 to 1", share));
  }
  const double sum = plan.follow + plan.same_brand + plan.same_category + plan.related_category;
  require(sum <= 1 + 1e-9, fmt::format("the probabilities of the next item add up to {}, they may reach 1", sum));
}

void zipf_shares(std::size_t count, double exponent, std::vector<double>& share, std::vector<double>& cumulative) {
  share.resize(count);
  cumulative.resize(count);
  double total = 0;
  for (std::size_t rank = 0; rank < count; ++rank)
    total += share[rank] = std::pow(static_cast<double>(rank + 1), -exponent);
  double sum = 0;
  for (std::size_t rank = 0; rank < count; ++rank) cumulative[rank] = sum += share[rank] /= total;
  if (count > 0) cumulative.back() = 1;
}

void plant(marketplace& m) {
  plant_categories(m);
  plant_attributes(m);
  share_out(m.by_category, m.plan.zipf);
  share_out(m.by_brand, m.plan.zipf);
  plant_successors(m);
}

}  // namespace m2grl::synth
