/// The search command, its filters and indexes, and recommend's filters.
#include <algorithm>
#include <m2grl/index.hpp>
#include <set>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;

TEST_CASE("search: one node, all nodes, a view of its own") {
  const auto& folder = trained_shop();
  const auto one = command(folder, {"search", "model", "--id", "i2-3", "-k", "2"});
  REQUIRE(one.code == 0);
  const auto rows = rows_of(one.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0][0] == "i2-3");
  CHECK(rows[0][1] == "1");
  CHECK(rows[0][2] == "i2-4");

  REQUIRE(command(folder, {"search", "model", "--all", "-k", "47", "--out", "all.tsv"}).code == 0);
  const auto all = rows_of(read_file(folder / "all.tsv"));
  CHECK(all.size() == 48 * 47);
  CHECK(std::none_of(all.begin(), all.end(), [](const auto& row) { return row[0] == row[2]; }));

  const auto category = command(folder, {"search", "model", "--view", "category", "--all", "-k", "1"});
  CHECK(rows_of(category.out).size() == 8);
  CHECK_THAT(command(folder, {"search", "model", "--id", "nothing"}).err,
             Contains("m2grl: error: view \"item\" has no node \"nothing\""));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--view", "brand"}).err, Contains("brand"));
}

TEST_CASE("search and recommend within and without categories, and without listed ids") {
  const auto& folder = trained_shop();
  const auto found = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"search", "model", "--id", "i2-3", "-k", "40"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = command(folder, arguments);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    std::set<std::string> ids;
    for (const auto& row : rows_of(result.out)) ids.insert(row[2]);
    return ids;
  };
  CHECK(found({"--only", "category=c2"}) == std::set<std::string>{"i2-0", "i2-1", "i2-2", "i2-4", "i2-5"});
  CHECK(found({"--only", "category=c2", "--only", "category=c4"}).size() == 11);
  CHECK(found({"--not", "category=c2"}).count("i2-4") == 0);
  CHECK(found({"--only", "category=c2", "--not", "item=i2-4", "--score", "l2"}).size() == 4);
  write_file(folder / "seen.txt", "i2-0\ngone\ni2-5\n");
  CHECK(found({"--only", "category=c2", "--exclude-file", "seen.txt"}) ==
        std::set<std::string>{"i2-1", "i2-2", "i2-4"});
  CHECK_THAT(command(folder, {"search", "model", "--id", "i2-3", "--exclude-file", "seen.txt"}).err,
             Contains("1 of 3 excluded ids are unknown") && Contains("gone"));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--only", "category=none"}).err,
             Contains("view \"category\" has no node \"none\""));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--not", "c2"}).err,
             Contains("--not: \"c2\" is not of the form VIEW=VALUE"));
  CHECK_THAT(command(folder, {"search", "model", "--all", "-k", "49"}).err,
             Contains("k is 49, but there are 48 candidates"));

  write_file(folder / "histories.txt", "anna\ti3-0 i3-1 i3-2\n");
  const auto listed = command(folder, {"recommend", "model", "--history", "histories.txt", "--only", "category=c5",
                                       "--exclude-file", "seen.txt", "--out", "-"});
  const auto rows = rows_of(listed.out);
  CHECK(rows.size() == 6);
  CHECK(std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row[2].rfind("i5-", 0) == 0; }));
}

TEST_CASE("search by an index: built, loaded, its recall told") {
  const auto& folder = trained_shop();
  const auto built = command(folder, {"search", "model", "--all", "-k", "5", "--build-index", "items.index",
                                      "--build-threads", "1", "--recall", "20"});
  if (!m2grl::built_with_index()) {
    CHECK_THAT(built.err, Contains("built without hnswlib"));
    return;
  }
  REQUIRE(built.code == 0);
  CHECK_THAT(built.err, Contains("wrote the index items.index over 48 vectors") &&
                            Contains("recall@5 of the index is 100.00 % over 20 nodes"));
  CHECK(built.out == command(folder, {"search", "model", "--all", "-k", "5"}).out);
  const auto loaded = command(folder, {"search", "model", "--all", "-k", "5", "--index", "items.index"});
  CHECK(loaded.out == built.out);
  CHECK_THAT(command(folder, {"search", "model", "--all", "--view", "category", "--index", "items.index"}).err,
             Contains("items.index: the index was built from 48 vectors"));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--score", "cosine", "--index", "items.index"}).err,
             Contains("items.index: the index was built from other vectors"));
}
