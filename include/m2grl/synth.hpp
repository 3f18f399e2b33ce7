#pragma once
/// A synthetic marketplace of any size, with planted tastes: what there is to learn is known exactly.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// Size and planted parameters. A taste is a set of categories; each user has a few tastes.
/// The next item of a user, after item i, is
///   · with probability `follow` one of i's planted successors, s-th most likely first (weights 1, ½, ¼ …);
///   · with `same_brand` an item of i's brand;  · with `same_category` an item of i's category;
///   · with `related_category` an item of a category related to i's (of the same taste);
///   · otherwise an item of one of the user's tastes: a taste, one of its categories, an item of it.
/// Within a category or brand, items are drawn by Zipf(`zipf`) over their planted rank. Each event ends its session
/// with probability `session_end`; the first item of a session is always of the last kind. Nobody has an item
/// twice: such draws are repeated (64 times at most, then the repeat stands).
struct synth_config {
  std::size_t users = 20000;
  std::size_t items = 15000;
  std::size_t categories = 200;
  std::size_t brands = 500;
  std::size_t shops = 300;
  std::size_t categories_per_taste = 5;
  std::size_t tastes_per_user = 3;
  double events_per_user = 12;  ///< mean; at least min_events each, geometric above it
  std::size_t min_events = 5;

  double zipf = 1.0;           ///< exponent of the popularity within a category or brand
  double taste_zipf = 0.5;     ///< exponent of the tastes' popularity among users
  std::size_t successors = 4;  ///< planted next items of each item, of its taste, most of its brand
  double follow = 0.40;
  double same_brand = 0.12;
  double same_category = 0.18;
  double related_category = 0.15;
  double session_end = 0.12;

  std::uint64_t seed = 1;
  std::uint32_t threads = 0;  ///< 0: every core; the result does not depend on it
};

/// Items in planted order of popularity, group by group (a category, a brand).
struct item_groups {
  ragged members;                  ///< [groups] rows
  std::vector<node_id> rank;       ///< [items] place of each item within its group, from 0
  std::vector<double> share;       ///< beside members.ids: the item's probability within its group
  std::vector<double> cumulative;  ///< beside members.ids: their running sum within the group
};

/// A marketplace: events, attributes of the items, and everything that was planted.
struct marketplace {
  synth_config plan;
  ragged events;                    ///< row u: items of user u, oldest first
  std::vector<std::int64_t> times;  ///< beside events.ids, seconds; sessions lie at least 2 h apart
  std::vector<node_id> category;    ///< [items]
  std::vector<node_id> brand;       ///< [items]
  std::vector<node_id> shop;        ///< [items]

  std::vector<node_id> taste_of_category;  ///< [categories]
  ragged categories_of_taste;              ///< [tastes] rows
  ragged related_categories;               ///< [categories] rows
  ragged successors;                       ///< [items] rows, most likely first
  ragged tastes;                           ///< [users] rows
  item_groups by_category, by_brand;
};

/// Draws a marketplace; the same plan gives the same marketplace for any number of threads.
/// Throws invalid_input where the plan is impossible, naming the value.
[[nodiscard]] marketplace generate_marketplace(const synth_config& plan);

/// P(next item | last item, the user's tastes) as planted, before repeats are excluded; [items], sums to 1.
[[nodiscard]] std::vector<double> next_item_probabilities(const marketplace& m, std::size_t user, node_id last);

/// What a perfect model would score: items ranked by the true probabilities, history excluded, as
/// evaluate_next_item() ranks. No predictor that sees only the past has a higher expected hit rate.
struct oracle_at_k {
  std::uint32_t k = 10;
  double hit_rate = 0;
  double ndcg = 0;
};
struct oracle_metrics {
  std::uint64_t queries = 0;
  double mrr = 0;
  std::vector<oracle_at_k> at;  ///< one per k, as asked
};
/// `validation`: each user's last event but one is the target, else the last event. Users with fewer than three
/// events ask nothing. Throws invalid_input where a k is 0.
[[nodiscard]] oracle_metrics oracle_ranking(const marketplace& m, bool validation, std::span<const std::uint32_t> k);

/// A configuration that trains on the files of write_marketplace(): views item, category, brand, shop; links;
/// leave-last-out split; composed evaluation. data.root stays empty: files lie beside the configuration.
[[nodiscard]] config marketplace_config(const synth_config& plan);

/// Writes events.csv (user_id,item_id,timestamp), items.csv (item_id,category_id,brand_id,shop_id) and
/// marketplace.toml into `dir`, made where it does not exist; ids are "u45", "i123", "c7", "b12", "s3".
/// Files of the same names are replaced, once all three are whole. Throws io_error.
void write_marketplace(const marketplace& m, const std::filesystem::path& dir);

}  // namespace m2grl
