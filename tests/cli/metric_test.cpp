/// metric, and what stands on it: eval --protocol discovery, search --metric, export --metric.
#include <set>

#include <m2grl/index.hpp>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

run_result expect_done(const run_result& result) {
  INFO(result.err);
  REQUIRE(result.code == 0);
  return result;
}

/// The shop, its users walking on from their circle into the next one after three items; a model, a metric in it.
const temporary_folder& shop_with_metric() {
  static const temporary_folder folder;
  static const bool ready = [] {
    shop::write(folder);
    std::string events = "user,item,time\n";
    for (int u = 0; u < shop::users; ++u) {
      for (int e = 0; e < 7; ++e) {
        const int circle = (u + e / 3) % shop::circles;
        events += fmt::format("u{},{},{}\n", u, shop::item(circle, u / shop::circles + e), 100 * u + e);
      }
    }
    write_file(folder / "events.csv", events);
    expect_done(command(folder, {"train", "shop.toml", "--out", "model", "--set", "train.epochs=5"}));
    expect_done(command(folder, {"metric", "model", "--dim", "8", "--epochs", "3", "--batch", "64", "--window", "3",
                                 "--json", "metric.json"}));
    return true;
  }();
  REQUIRE(ready);
  return folder;
}

}  // namespace

TEST_CASE("metric: the report counts the pairs of the log") {
  const json report = json_file(shop_with_metric() / "metric.json");
  CHECK(keys_of(report) == std::set<std::string>{"view", "dim", "input_dim", "loss", "pairs", "same_category",
                                                 "same_item", "unknown_category"});
  CHECK(report["view"] == "category");
  CHECK(report["dim"] == 8);
  CHECK(report["input_dim"] == 2 * 16);
  // Five training events, circles a a a b b. In a window of 3 nine pairs, three of a a, one of b b, five across.
  CHECK(report["pairs"] == 5 * shop::users);
  CHECK(report["same_category"] == 4 * shop::users);
  CHECK(report["same_item"] == 0);
  CHECK(report["unknown_category"] == 0);
}

TEST_CASE("eval discovery: JSON with stable keys, a table on the screen") {
  const auto& folder = shop_with_metric();
  const auto shown = expect_done(command(folder, {"eval", "model", "--protocol", "discovery", "--k", "3", "--json",
                                                  "discovery.json", "--mix", "0,0.5,1", "--resamples", "50"}));
  CHECK_THAT(shown.out, Contains("discovery, test, 160 queries: 160 into a new \"category\", 0 of unknown"));
  CHECK_THAT(shown.out, Contains("mix 0.50"));
  const json report = json_file(folder / "discovery.json");
  CHECK(keys_of(report) == std::set<std::string>{"protocol", "split", "view", "days", "known_penalty", "queries",
                                                 "discovery_queries", "unknown_queries", "resamples", "seed", "item",
                                                 "composed", "new_only", "curve"});
  CHECK(report["queries"] == shop::users);
  // The last event is the seventh, the first of a third circle.
  CHECK(report["discovery_queries"] == shop::users);
  REQUIRE(report["curve"].size() == 3);
  CHECK(report["curve"][1]["mix"] == 0.5);
  const std::set<std::string> measures{"hr@3",
                                       "hr_interval@3",
                                       "discovery_hr@3",
                                       "discovery_hr_interval@3",
                                       "category_coverage@3",
                                       "intra_list_distance@3",
                                       "novelty@3",
                                       "outside_share@3"};
  CHECK(keys_of(report["item"]) == measures);
  CHECK(report["curve"][0]["hr@3"] == report["composed"]["hr@3"]);
  const auto interval = report["composed"]["hr_interval@3"].get<std::vector<double>>();
  REQUIRE(interval.size() == 2);
  CHECK(interval[0] <= report["composed"]["hr@3"]);
  CHECK(interval[1] >= report["composed"]["hr@3"]);
  // Without --mix the curve runs from 0 to 1; the validation event is the sixth, not the first of its circle.
  expect_done(
      command(folder, {"eval", "model", "--protocol", "discovery", "--split", "validation", "--json", "v.json"}));
  CHECK(json_file(folder / "v.json")["curve"].size() == 11);
  CHECK(json_file(folder / "v.json")["discovery_queries"] == 0);
  CHECK(json_file(folder / "v.json")["days"] == 0);
  CHECK(json_file(folder / "v.json")["known_penalty"] == 0);
}

TEST_CASE("recommend: a metric mixed in, and known categories put back") {
  const auto& folder = shop_with_metric();
  write_file(folder / "one.txt", "anna\ti0-0 i0-1\n");
  const auto lists = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"recommend", "model", "--history", "one.txt", "-k", "5", "--out", "-"};
    words.insert(words.end(), more.begin(), more.end());
    return expect_done(command(folder, words)).out;
  };
  const std::string plain = lists({"--mix", "0"}), metric = lists({"--mix", "1"});
  CHECK(plain != metric);
  // An item of circle 0 is called i0-…; a large penalty leaves none among the best.
  CHECK_THAT(plain, Contains("\ti0-"));
  CHECK_THAT(lists({"--known-penalty", "100"}), !Contains("\ti0-"));
  CHECK_THAT(lists({"--known-penalty", "100", "--view", "category", "--mix", "0.5"}), !Contains("\ti0-"));
  const auto refused =
      command(folder, {"recommend", "model", "--history", "one.txt", "--out", "-", "--mix", "0.5", "--device", "cpu"});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Contains("--device"));
}

TEST_CASE("search and export: by the metric") {
  const auto& folder = shop_with_metric();
  const auto found =
      rows_of(expect_done(command(folder, {"search", "model", "--id", "i0-0", "--metric", "-k", "4"})).out);
  REQUIRE(found.size() == 4);
  for (std::size_t r = 0; r < 4; ++r) {
    CHECK(found[r][0] == "i0-0");
    CHECK(found[r][2] != "i0-0");
    CHECK(std::stod(found[r][3]) <= 0);
    if (r > 0) CHECK(std::stod(found[r][3]) <= std::stod(found[r - 1][3]));
  }
  // Filters and an index work as on any other vectors: the circle of i0-0 ruled out, then its list by the index.
  const auto across = rows_of(
      expect_done(command(folder, {"search", "model", "--id", "i0-0", "--metric", "--not", "category=c0"})).out);
  REQUIRE(across.size() == 10);
  for (const auto& row : across) CHECK_THAT(row[2], !Catch::Matchers::StartsWith("i0-"));
  if (m2grl::built_with_index()) {
    const auto built = expect_done(command(folder, {"search", "model", "--id", "i0-0", "--metric", "-k", "4",
                                                    "--build-index", "m.index", "--width", "64"}));
    CHECK(rows_of(built.out) == found);
  }
  CHECK(command(folder, {"search", "model", "--id", "i0-0", "--metric", "--score", "cosine"}).code == 2);
  expect_done(command(folder, {"export", "model", "--format", "npy", "--metric", "--out", "vectors"}));
  CHECK(std::filesystem::exists(folder / "vectors/metric.npy"));
  CHECK(std::filesystem::exists(folder / "vectors/metric.ids"));
}

TEST_CASE("metric, discovery: bad input ends in one clear line") {
  const auto& folder = shop_with_metric();
  const auto fails = [&](std::vector<std::string> arguments, const std::string& message) {
    const auto result = command(folder, std::move(arguments));
    CHECK(result.code == 1);
    CHECK_THAT(result.err, Contains(message));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  fails({"metric", "model", "--view", "shop"}, "there is no view \"shop\"; the views are item, category");
  fails({"metric", "model", "--view", "item"}, "\"item\" is the item view");
  fails({"metric", "model", "--margin", "-1"}, "the metric's margin is -1");
  fails({"metric", "model", "--data", "nowhere"}, "--data DIR");
  fails({"eval", "model", "--protocol", "discovery", "--mix", "0.5,1.5"}, "a mixing weight is 1.5");
  fails({"eval", "model", "--protocol", "discovery", "--view", "shop"}, "there is no view \"shop\"");
}

TEST_CASE("metric: a model of one view, or without held-out events, is told apart") {
  const temporary_folder folder;
  shop::write(folder);
  std::string text = shop::config();
  const auto cut = [&](const std::string& part) { text.erase(text.find(part), part.size()); };
  cut("[[views]]\nname = \"category\"\ncolumn = \"category\"\ntable = \"items.csv\"\n");
  cut("[[links]]\nfrom = \"item\"\nto = \"category\"\n");
  cut("compose = \"item,category:0.5\"\n");
  write_file(folder / "alone.toml", text);
  expect_done(command(folder, {"train", "alone.toml", "--out", "alone", "--set", "train.epochs=1"}));
  auto result = command(folder, {"metric", "alone"});
  CHECK(result.code == 1);
  CHECK_THAT(result.err, Contains("a metric model needs a linked category-like view"));
  expect_done(
      command(folder, {"train", "shop.toml", "--out", "all", "--set", "train.epochs=1", "--set", "split.kind=none"}));
  result = command(folder, {"eval", "all", "--protocol", "discovery"});
  CHECK(result.code == 1);
  CHECK_THAT(result.err, Contains("the model holds no test queries"));
  result = command(folder, {"eval", "all", "--protocol", "discovery", "--mix", "0.5"});
  CHECK(result.code == 1);
  write_file(folder / "events.csv", "user,item,time\nu,i0-0,1\nu,new,2\n");
  result = command(folder, {"metric", "all"});
  CHECK(result.code == 1);
  CHECK_THAT(result.err, Contains("item \"new\" of the data is unknown to the model"));
}
