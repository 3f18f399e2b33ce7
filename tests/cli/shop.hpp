#pragma once
/// A small shop with a planted order, and the m2grl command to run on it.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace m2grl::test {

inline run_result command(const temporary_folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), M2GRL_BINARY);
  return run(arguments, folder.path());
}

/// 8 circles of 6 items, one category each; every user walks round one circle: after item k comes item k + 1.
struct shop {
  static constexpr int circles = 8, items_per_circle = 6, users = 160, events = 7;

  static std::string item(int circle, int place) { return fmt::format("i{}-{}", circle, place % items_per_circle); }
  static std::string events_csv() {
    std::string text = "user,item,time\n";
    for (int u = 0; u < users; ++u) {
      for (int e = 0; e < events - (u % 3); ++e) {
        text += fmt::format("u{},{},{}\n", u, item(u % circles, u / circles + e), 100 * u + e);
      }
    }
    return text;
  }
  static std::string items_csv() {
    std::string text = "id,category\n";
    for (int c = 0; c < circles; ++c) {
      for (int i = 0; i < items_per_circle; ++i) text += fmt::format("{},c{}\n", item(c, i), c);
    }
    return text;
  }
  static std::string config() {
    return R"([data]
events = "events.csv"
user = "user"
item = "item"
time = "time"
[[data.tables]]
file = "items.csv"
key = "id"
[[views]]
name = "item"
[[views]]
name = "category"
column = "category"
table = "items.csv"
[[links]]
from = "item"
to = "category"
[split]
kind = "last"
[train]
dim = 16
epochs = 30
side = "past"
window = 2
threads = 1
learning_rate = 0.05
[eval]
compose = "item,category:0.5"
k = [1, 3]
decay = 0.1
)";
  }
  static void write(const temporary_folder& folder) {
    write_file(folder / "events.csv", events_csv());
    write_file(folder / "items.csv", items_csv());
    write_file(folder / "shop.toml", config());
  }
};

inline std::vector<std::vector<std::string>> rows_of(const std::string& tsv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(tsv);
  for (std::string line; std::getline(lines, line);) {
    auto& row = rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) row.push_back(cell);
  }
  return rows;
}

inline nlohmann::json json_file(const std::filesystem::path& path) { return nlohmann::json::parse(read_file(path)); }

inline std::set<std::string> keys_of(const nlohmann::json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// One shop with a model, trained once for all cases.
inline const temporary_folder& trained_shop() {
  static const temporary_folder folder;
  static const bool ready = [] {
    shop::write(folder);
    const auto result =
        command(folder, {"train", "shop.toml", "--out", "model", "--json", "train.json", "--log", "log.jsonl"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    return true;
  }();
  REQUIRE(ready);
  return folder;
}

}  // namespace m2grl::test
