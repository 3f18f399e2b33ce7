/// eval's protocols beside next-item: JSON with stable keys, one clear line where they cannot be asked for.
#include <set>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

run_result eval(const temporary_folder& folder, std::vector<std::string> more) {
  std::vector<std::string> arguments{"eval", "model"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return command(folder, arguments);
}

json report_of(const temporary_folder& folder, std::vector<std::string> more) {
  more.insert(more.end(), {"--resamples", "50", "--json", "eval.json"});
  const auto result = eval(folder, more);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return json_file(folder / "eval.json");
}

std::string fault_of(const temporary_folder& folder, const std::vector<std::string>& more) {
  const auto result = eval(folder, more);
  CHECK(result.code == 1);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  return result.err;
}

void check_interval(const json& object, const std::string& figure, const std::string& interval) {
  CAPTURE(figure);
  REQUIRE(object[interval].size() == 2);
  CHECK(object[interval][0].get<double>() <= object[figure].get<double>());
  CHECK(object[interval][1].get<double>() >= object[figure].get<double>());
}

/// The shop, every user's last item a new one of the circle; a model of it.
const temporary_folder& shop_with_news() {
  static const temporary_folder folder;
  static const bool ready = [] {
    shop::write(folder);
    std::string events = "user,item,time\n", items = shop::items_csv();
    for (int u = 0; u < shop::users; ++u) {
      for (int e = 0; e < 6; ++e) {
        events += fmt::format("u{},{},{}\n", u, shop::item(u % shop::circles, u / shop::circles + e), 100 * u + e);
      }
      events += fmt::format("u{},new{},{}\n", u, u % 24, 100 * u + 50);
    }
    for (int n = 0; n < 24; ++n) items += fmt::format("new{},c{}\n", n, n % shop::circles);
    write_file(folder / "events.csv", events);
    write_file(folder / "items.csv", items);
    const auto trained = command(folder, {"train", "shop.toml", "--out", "model", "--set", "train.epochs=20"});
    INFO(trained.err);
    REQUIRE(trained.code == 0);
    return true;
  }();
  REQUIRE(ready);
  return folder;
}

}  // namespace

TEST_CASE("eval node-classification: F1 of every share, with intervals") {
  const auto& folder = trained_shop();
  std::string labels = "nobody red\n";
  for (int c = 0; c < shop::circles; ++c) {
    for (int i = 0; i < shop::items_per_circle; ++i) labels += fmt::format("{} circle{}\n", shop::item(c, i), c);
  }
  write_file(folder / "labels.txt", labels);
  const auto shown = eval(folder, {"--protocol", "node-classification", "--labels", "labels.txt", "--splits", "3"});
  INFO(shown.err);
  if (shown.err.find("built without liblinear") != std::string::npos) return;
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains("node-classification: 48 nodes of \"item\" with 8 labels, mean of 3 splits"));
  CHECK_THAT(shown.err, Contains("1 of 49 labelled nodes are unknown to the model and left out: nobody"));
  const json report = report_of(folder, {"--protocol", "node-classification", "--labels", "labels.txt", "--splits", "3",
                                         "--train-share", "0.5,0.75"});
  CHECK(keys_of(report) == std::set<std::string>{"protocol", "view", "nodes", "labels", "unknown_lines", "splits",
                                                 "resamples", "seed", "shares"});
  REQUIRE(report["shares"].size() == 2);
  const json& share = report["shares"][1];
  CHECK(keys_of(share) == std::set<std::string>{"train_share", "micro_f1", "micro_f1_interval", "micro_f1_deviation",
                                                "macro_f1", "macro_f1_interval", "macro_f1_deviation"});
  CHECK(share["train_share"] == 0.75);
  CHECK(share["micro_f1"] > 0.9);  // one circle each: 0.125 by chance
  check_interval(share, "micro_f1", "micro_f1_interval");
  check_interval(share, "macro_f1", "macro_f1_interval");
}

TEST_CASE("eval alignment: AUC, MRR and hits of every relation, beside popularity") {
  const json report = report_of(trained_shop(), {"--protocol", "alignment"});
  CHECK(keys_of(report) == std::set<std::string>{"protocol", "resamples", "seed", "relations"});
  REQUIRE(report["relations"].size() == 1);
  const json& relation = report["relations"][0];
  CHECK(keys_of(relation) == std::set<std::string>{"from", "to", "projection", "items", "unscored_items", "nodes",
                                                   "auc", "auc_interval", "mrr", "mrr_interval", "hits@1",
                                                   "hits_interval@1", "hits@3", "hits_interval@3", "popularity"});
  CHECK(relation["projection"] == "identity");
  CHECK(relation["items"] == 48);
  CHECK(relation["nodes"] == 8);
  CHECK(relation["auc"] > 0.95);
  check_interval(relation, "auc", "auc_interval");
  check_interval(relation, "mrr", "mrr_interval");
  check_interval(relation, "hits@1", "hits_interval@1");
  CHECK(relation["popularity"]["auc"] < 0.7);
}

TEST_CASE("eval cold-start: new items, ranked among themselves by their category") {
  const json report = report_of(shop_with_news(), {"--protocol", "cold-start"});
  CHECK(keys_of(report) ==
        std::set<std::string>{"protocol",      "split",           "queries",    "cold_items", "unlinked_items",
                              "empty_queries", "resamples",       "seed",       "hr@1",       "hr_interval@1",
                              "ndcg@1",        "ndcg_interval@1", "coverage@1", "hr@3",       "hr_interval@3",
                              "ndcg@3",        "ndcg_interval@3", "coverage@3", "mrr",        "mrr_interval",
                              "known_history", "random"});
  CHECK(report["known_history"]["queries"] == shop::users);
  CHECK(report["known_history"]["mrr"] == report["mrr"]);
  CHECK(report["queries"] == shop::users);
  CHECK(report["cold_items"] == 24);
  CHECK(report["unlinked_items"] == 0);
  CHECK(report["hr@3"] > 0.9);  // three new items a circle
  CHECK(report["random"]["hr@3"].get<double>() == Approx(3 / 24.0));
  check_interval(report, "hr@1", "hr_interval@1");
  check_interval(report, "mrr", "mrr_interval");
}

TEST_CASE("eval: the last n events, and every event of a session") {
  const temporary_folder folder;
  shop::write(folder);
  const auto train = [&](const std::string& setting, const std::string& other) {
    const auto trained = command(folder, {"train", "shop.toml", "--out", "model", "--overwrite", "--set",
                                          "train.epochs=1", "--set", setting, "--set", other});
    INFO(trained.err);
    REQUIRE(trained.code == 0);
  };
  train("split.test_events=2", "split.kind=last");
  CHECK(report_of(folder, {})["queries"] == 2 * shop::users);
  CHECK(report_of(folder, {"--split", "validation"})["queries"] == shop::users);
  train("split.queries=prefix", "split.kind=time");
  const int prefix_queries = report_of(folder, {})["queries"].get<int>();
  train("split.queries=last", "split.kind=time");
  const int sessions = report_of(folder, {})["queries"].get<int>();
  CHECK(sessions == 16);                  // the last tenth of 160 users, a session each
  CHECK(prefix_queries >= 4 * sessions);  // of 5, 6 or 7 events
  CHECK(prefix_queries <= 6 * sessions);
}

TEST_CASE("eval: protocols that cannot be asked for") {
  const auto& folder = trained_shop();
  CHECK_THAT(fault_of(folder, {"--protocol", "node-classification"}), Contains("needs --labels"));
  CHECK_THAT(fault_of(folder, {"--protocol", "node-classification", "--labels", "nowhere"}),
             Contains("nowhere: No such file"));
  write_file(folder / "bad.txt", "i0-0\n");
  CHECK_THAT(fault_of(folder, {"--protocol", "node-classification", "--labels", "bad.txt"}),
             Contains("bad.txt:1:1: the line has no label"));
  CHECK_THAT(fault_of(folder, {"--protocol", "node-classification", "--labels", "bad.txt", "--view", "shop"}),
             Contains("shop"));
  CHECK_THAT(fault_of(folder, {"--protocol", "alignment", "--view", "item"}), Contains("no view is aligned with"));
  CHECK_THAT(fault_of(folder, {"--protocol", "cold-start"}), Contains("no test query for an item unseen in training"));
  CHECK_THAT(fault_of(shop_with_news(), {"--protocol", "cold-start", "--split", "validation"}),
             Contains("no validation query for an item unseen"));
  CHECK_THAT(fault_of(shop_with_news(), {"--protocol", "cold-start", "--compose", "item"}),
             Contains("compose names no view beside the item view"));
  CHECK(eval(folder, {"--protocol", "fortune"}).code == 2);
}

TEST_CASE("eval: options that the protocol would pass over are wrong usage") {
  const auto& folder = shop_with_news();
  const auto refused = [&](const std::vector<std::string>& more, const std::string& message) {
    const auto result = eval(folder, more);
    CHECK(result.code == 2);
    CHECK_THAT(result.err, Contains(message));
  };
  refused({"--labels", "labels.txt"}, "--labels: means nothing to --protocol next-item");
  refused({"--protocol", "alignment", "--mix", "0.5"}, "--mix: means nothing to --protocol alignment");
  refused({"--protocol", "node-classification", "--labels", "labels.txt", "--k", "10"},
          "--k: means nothing to --protocol node-classification");
}
