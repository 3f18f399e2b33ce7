#pragma once
/// Random logs, as files and as the naive reading of them takes them.

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "files.hpp"
#include "m2grl/config.hpp"
#include "naive_csv.hpp"
#include "naive_dataset.hpp"

namespace m2grl::test {

inline std::string nasty_id(std::mt19937_64& random, const char* prefix, std::size_t among) {
  const std::size_t n = random() % (1 + random() % among);  // skewed towards small numbers
  constexpr const char* forms[] = {"", "", "-", "00", "1234567890123456789", "a \"b\", ", "\xc3\xa4\n"};
  return std::string(forms[n % 7]).append(prefix).append(std::to_string(n));
}

inline std::vector<log_row> random_log(std::mt19937_64& random, std::size_t rows) {
  constexpr const char* types[] = {"view", "cart", "buy", "noise"};
  std::vector<log_row> log;
  for (std::size_t i = 0; i < rows; ++i) {
    log_row r;
    r.user = nasty_id(random, "", 1 + rows / 6);
    r.item = nasty_id(random, "", 40);
    r.session = std::to_string(random() % (random() % 2 == 0 ? 4 : rows));  // low ones are shared by users
    r.type = types[random() % 4];
    r.time = static_cast<std::int64_t>(random() % (rows * 40)) - 2000;
    r.dwell = static_cast<double>(random() % 400) / 100;
    for (std::size_t t = random() % 4; t > 0; --t)
      r.tags += std::string(random() % 5 == 0 ? "|" : "").append(nasty_id(random, "t", 9)) + "|";
    if (!r.tags.empty() && random() % 2 == 0) r.tags.pop_back();
    const std::size_t category = std::hash<std::string>{}(r.item) % 9;  // one per item
    r.category = category < 7 ? std::string("c").append(std::to_string(category)) : "";
    log.push_back(r);
  }
  return log;
}

/// Writes events.csv (its columns in a random order) and items.csv, where items without a category stand with an
/// empty cell or are missing.
inline void write_files(const file_tree& files, const std::vector<log_row>& log, std::mt19937_64& random) {
  std::vector<std::vector<std::string>> columns{{"user"}, {"item"},  {"when"}, {"visit"},
                                                {"type"}, {"dwell"}, {"tags"}, {"unused"}};
  std::map<std::string, std::string> category_of;
  for (const log_row& r : log) {
    const std::string values[] = {r.user, r.item, std::to_string(r.time), r.session, r.type, std::to_string(r.dwell),
                                  r.tags, ",\n\""};
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].push_back(values[c]);
    category_of[r.item] = r.category;
  }
  std::shuffle(columns.begin(), columns.end(), random);
  std::vector<std::vector<std::string>> rows(log.size() + 1), items{{"colour", "item", "category"}};
  for (const auto& column : columns) {
    for (std::size_t r = 0; r < column.size(); ++r) rows[r].push_back(column[r]);
  }
  for (const auto& [item, category] : category_of) {
    if (!category.empty() || random() % 2 == 0) items.push_back({"red", item, category});
  }
  items.push_back({"blue", "never clicked", "c1"});
  items.push_back({"blue", "never clicked either", "only here"});
  std::shuffle(items.begin() + 1, items.end(), random);
  std::mt19937_64 style(random());
  files.write(
      "events.csv",
      write_csv(rows, {',', random() % 2 == 0 ? "\r\n" : "\n", random() % 2 == 0, random() % 2 == 0, true}, style));
  files.write("items.csv", write_csv(items, {';', "\n", true, false, true}, style));
}

inline config config_of(const file_tree& files, const naive_options& how) {
  config cfg;
  cfg.data.root = files.path();
  cfg.data.events = "events.csv";
  cfg.data.user = "user";
  cfg.data.item = "item";
  cfg.data.time = "when";
  if (how.sessions) cfg.data.session = "visit";
  if (how.dwell) cfg.data.dwell = "dwell";
  if (how.types) cfg.data.event_type = "type";
  if (how.types) cfg.data.event_weights = how.type_weights;
  cfg.data.min_dwell_seconds = how.dwell ? how.min_dwell : 0;
  cfg.data.session_gap_seconds = how.gap;
  cfg.data.min_count = how.min_count;
  cfg.data.max_user_events = how.max_user_events;
  cfg.data.tables.push_back({"items.csv", "item", ";"});
  cfg.split.kind = how.split;
  cfg.split.quantile = how.quantile;
  cfg.split.test_events = static_cast<std::uint32_t>(how.test_events);
  cfg.split.queries = how.prefix ? session_queries::prefix : session_queries::last;
  cfg.views.resize(3);
  cfg.views[0].name = "item";
  cfg.views[1].name = "category";
  cfg.views[1].table = "items.csv";
  cfg.views[1].column = "category";
  cfg.views[2].name = "tags";
  cfg.views[2].column = "tags";
  cfg.views[2].separator = "|";
  cfg.views[1].min_count = cfg.views[2].min_count = how.view_min_count;
  for (auto& view : cfg.views) view.merge_repeats = how.merge_repeats;
  cfg.links.resize(1);
  cfg.links[0].from = "category";
  cfg.links[0].to = "tags";
  return cfg;
}

}  // namespace m2grl::test
