/// The m2grl command from a log to recommendations, driven as a user drives it.
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include <m2grl/error.hpp>
#include <m2grl/trainer.hpp>
#include <m2grl/version.hpp>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

TEST_CASE("train: the JSON report has the promised keys and true counts") {
  const auto& folder = trained_shop();
  const json report = json_file(folder / "train.json");
  CHECK(keys_of(report) == std::set<std::string>{"tasks", "seconds", "seconds_total", "pairs_per_second",
                                                 "peak_rss_bytes", "resumed_from_step", "epochs", "best_epoch", "views",
                                                 "ingest"});
  CHECK(report["resumed_from_step"] == 0);
  CHECK(report["epochs"] == 30);
  CHECK(report["seconds_total"] >= report["seconds"]);
  CHECK(report["peak_rss_bytes"] > 1 << 20);
  REQUIRE(report["tasks"].size() == 3);
  CHECK(report["tasks"][0]["name"] == "item");
  CHECK(report["tasks"][1]["name"] == "category");
  CHECK(report["tasks"][2]["name"] == "item~category");
  double pairs = 0;
  for (const json& task : report["tasks"]) {
    CHECK(keys_of(task) == std::set<std::string>{"name", "loss", "weight", "pairs", "log_variance"});
    CHECK(task["loss"] > 0);
    pairs += task["pairs"].get<double>();
  }
  CHECK(report["pairs_per_second"].get<double>() == Approx(pairs / report["seconds"].get<double>()));
  // 160 users of 7, 6 and 5 events; the last two of each are held out.
  const int events = 54 * 7 + 53 * 6 + 53 * 5;
  CHECK(report["ingest"]["events_read"] == events);
  CHECK(report["ingest"]["users"] == shop::users);
  CHECK(report["views"] == json::parse(R"([{"name": "item", "nodes": 48, "sequences": 160},
                                           {"name": "category", "nodes": 8, "sequences": 160}])"));
  // In the category view every position but a sequence's first has one or two contexts in its past.
  CHECK(report["tasks"][1]["pairs"] > 30 * (events - 3 * shop::users));
  CHECK(report["tasks"][1]["pairs"] < 60 * (events - 3 * shop::users));
}

TEST_CASE("train: the log has one object a line, rounds ascend, each epoch ends once") {
  const auto& folder = trained_shop();
  std::istringstream lines(read_file(folder / "log.jsonl"));
  std::uint64_t round = 0, epochs = 0;
  for (std::string line; std::getline(lines, line);) {
    const json now = json::parse(line);
    CHECK(keys_of(now) == std::set<std::string>{"round", "rounds", "epoch", "epochs", "pairs", "seconds", "lr",
                                                "epoch_ended", "tasks"});
    CHECK(now["round"] > round);
    round = now["round"];
    epochs += now["epoch_ended"].get<bool>() ? 1 : 0;
    CHECK(keys_of(now["tasks"][0]) == std::set<std::string>{"name", "loss", "weight", "pairs", "log_variance"});
  }
  CHECK(epochs == 30);
}

TEST_CASE("eval: table and JSON agree, the planted order is learned") {
  const auto& folder = trained_shop();
  const auto result = command(folder, {"eval", "model", "--json", "eval.json"});
  REQUIRE(result.code == 0);
  const json report = json_file(folder / "eval.json");
  const std::set<std::string> metrics{"hr@1",       "hr_interval@1",   "hr@3",   "hr_interval@3",
                                      "ndcg@1",     "ndcg_interval@1", "ndcg@3", "ndcg_interval@3",
                                      "coverage@1", "coverage@3",      "mrr",    "mrr_interval"};
  CHECK(keys_of(report["popularity"]) == metrics);
  CHECK(keys_of(report["random"]) == metrics);
  std::set<std::string> all = metrics;
  all.insert({"protocol", "split", "queries", "resamples", "seed", "popularity", "random"});
  CHECK(keys_of(report) == all);
  CHECK(report["protocol"] == "next-item");
  CHECK(report["split"] == "test");
  CHECK(report["queries"] == shop::users);
  CHECK(report["hr@3"] > 0.9);
  CHECK(report["hr@1"] == report["ndcg@1"]);
  CHECK(report["popularity"]["hr@3"] < 0.3);
  CHECK(report["hr_interval@3"][0] <= report["hr@3"]);
  CHECK(report["hr_interval@3"][1] >= report["hr@3"]);
  CHECK_THAT(result.out,
             Contains("HR@3") && Contains("popularity") && Contains("random") && Contains("160 queries over 48 items"));

  const auto other = command(folder, {"eval", "model", "--json", "-", "--split", "validation", "--k", "2,5",
                                      "--compose", "item", "--history", "1", "--decay", "0"});
  REQUIRE(other.code == 0);
  const json second = json::parse(other.out);
  CHECK(second["split"] == "validation");
  CHECK(second.contains("hr@5"));
  CHECK_FALSE(second.contains("hr@3"));
}

TEST_CASE("eval and recommend: a share of the inputs' similarity changes the scores") {
  const auto& folder = trained_shop();
  const auto mrr = [&](const std::string& share) {
    const auto result = command(folder, {"eval", "model", "--json", "-", "--input-similarity", share});
    REQUIRE(result.code == 0);
    return json::parse(result.out)["mrr"].get<double>();
  };
  const auto configured = command(folder, {"eval", "model", "--json", "-"});
  REQUIRE(configured.code == 0);
  CHECK(mrr("0") == json::parse(configured.out)["mrr"]);
  CHECK(mrr("0") != mrr("20"));
  write_file(folder / "alike.txt", "anna\ti3-0 i3-1 i3-2\n");
  const auto lists = [&](const std::string& share) {
    return command(folder, {"recommend", "model", "--history", "alike.txt", "--out", "-", "--input-similarity", share})
        .out;
  };
  CHECK_FALSE(lists("0").empty());
  CHECK(lists("0") != lists("20"));
}

TEST_CASE("a GPU that is not there is refused by every command that takes one") {
  try {
    (void)m2grl::resolve_device(m2grl::device_kind::cuda, {});
    return;  // there is one
  } catch (const m2grl::invalid_input&) {
  }
  const auto& folder = trained_shop();
  write_file(folder / "one.txt", "anna\ti3-0\n");
  for (std::vector<std::string> arguments : {std::vector<std::string>{"search", "model", "--id", "i3-0"},
                                             {"recommend", "model", "--history", "one.txt", "--out", "-"},
                                             {"metric", "model"},
                                             {"train", "shop.toml", "--out", "on_gpu"}}) {
    arguments.insert(arguments.end(), {"--device", "cuda"});
    const auto result = command(folder, arguments);
    CAPTURE(arguments[0]);
    CHECK(result.code == 1);
    CHECK_THAT(result.err, Contains("device cuda: "));
  }
}

TEST_CASE("recommend: what eval ranks, the history left out, unknown ids told") {
  const auto& folder = trained_shop();
  write_file(folder / "histories.txt", "anna\ti3-0 i3-1 i3-2\nbob\tnew-1 i5-4 new-2 new-1\nnobody\t\n");
  const auto result =
      command(folder, {"recommend", "model", "--history", "histories.txt", "-k", "4", "--out", "recommended.tsv"});
  REQUIRE(result.code == 0);
  CHECK_THAT(result.err, Contains("3 of 7 history items are unknown") && Contains("new-1") && Contains("new-2"));
  const auto rows = rows_of(read_file(folder / "recommended.tsv"));
  REQUIRE(rows.size() == 12);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(rows[i].size() == 4);
    CHECK(rows[i][0] == (i < 4 ? "anna" : i < 8 ? "bob" : "nobody"));
    CHECK(rows[i][1] == std::to_string(i % 4 + 1));
    if (i % 4 > 0) CHECK(std::stod(rows[i][3]) <= std::stod(rows[i - 1][3]));
  }
  CHECK(rows[0][2] == "i3-3");  // what follows i3-2
  CHECK(rows[4][2] == "i5-5");
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::set<std::string>{"i3-0", "i3-1", "i3-2"}.count(rows[i][2]) == 0);

  const auto piped = command(folder, {"recommend", "model", "--history", "histories.txt", "-k", "4", "--out", "-"});
  CHECK(piped.out == read_file(folder / "recommended.tsv"));
}

TEST_CASE("export and info") {
  const auto& folder = trained_shop();
  REQUIRE(command(folder, {"export", "model", "--format", "word2vec", "--out", "text"}).code == 0);
  for (const char* name :
       {"item.input.txt", "item.output.txt", "item.ids", "category.input.txt", "query.txt", "candidate.txt"}) {
    CHECK(fs::is_regular_file(folder / "text" / name));
  }
  CHECK_THAT(read_file(folder / "text" / "item.input.txt"), Catch::Matchers::StartsWith("48 16\n"));
  CHECK_THAT(read_file(folder / "text" / "query.txt"), Catch::Matchers::StartsWith("48 32\n"));
  REQUIRE(command(folder, {"export", "model", "--format", "npy", "--out", "npy"}).code == 0);
  CHECK(fs::file_size(folder / "npy" / "category.output.npy") == 128 + 8 * 16 * 4);
  REQUIRE(command(folder, {"export", "model", "--format", "safetensors", "--out", "one"}).code == 0);
  CHECK_THAT(read_file(folder / "one" / "vectors.safetensors"), Contains("\"candidate\":{\"dtype\":\"F32\""));

  const auto info = command(folder, {"info", "model", "--json", "info.json"});
  REQUIRE(info.code == 0);
  CHECK_THAT(info.out, Contains("category") && Contains("item → category") && Contains("window = 2"));
  const json about = json_file(folder / "info.json");
  CHECK(about["views"][0] == json::parse(R"({"name": "item", "nodes": 48, "dim": 16})"));
  CHECK(about["queries"]["test"] == shop::users);
}

TEST_CASE("train --dry-run reports and writes nothing") {
  const temporary_folder folder;
  shop::write(folder);
  const auto before = folder.names();
  const auto result =
      command(folder, {"train", "shop.toml", "--dry-run", "--out", "model", "--json", "t.json", "--log", "l"});
  CHECK(result.code == 0);
  CHECK(folder.names() == before);
  CHECK_THAT(result.out, Contains("961 events") && Contains("alone in its session") &&
                             Contains("160 queries for test") && Contains("48 nodes") && Contains("item → category") &&
                             Contains("item~category") && Contains("estimated memory"));
}

TEST_CASE("train: an existing model is refused before the data is read; --overwrite replaces a model, nothing else") {
  const temporary_folder folder;
  shop::write(folder);
  const std::vector<std::string> train{"train", "shop.toml", "--out", "model", "--set", "train.epochs=1"};
  REQUIRE(command(folder, train).code == 0);
  fs::rename(folder / "events.csv", folder / "kept.csv");
  const auto refused = command(folder, train);
  CHECK(refused.code == 1);
  CHECK(refused.err == "m2grl: error: model exists already; --overwrite replaces it\n");
  fs::rename(folder / "kept.csv", folder / "events.csv");

  auto again = train;
  again.insert(again.end(), {"--overwrite", "--set", "train.dim=8"});
  REQUIRE(command(folder, again).code == 0);
  CHECK_THAT(command(folder, {"info", "model"}).out, Contains("dim = 8"));

  fs::create_directory(folder / "photos");
  write_file(folder / "photos" / "cat.jpg", "x");
  again[3] = "photos";
  const auto kept = command(folder, again);
  CHECK(kept.code == 1);
  CHECK_THAT(kept.err, Contains("photos") && Contains("not an m2grl model"));
  CHECK(fs::exists(folder / "photos" / "cat.jpg"));
}

TEST_CASE("train --data and --set") {
  const temporary_folder folder;
  shop::write(folder);
  fs::create_directory(folder / "config");
  fs::rename(folder / "shop.toml", folder / "config" / "shop.toml");
  const auto lost = command(folder, {"train", "config/shop.toml", "--out", "model"});
  CHECK(lost.code == 1);
  CHECK_THAT(lost.err, Contains("config/events.csv") && Contains("No such file"));
  CHECK(command(folder, {"train", "config/shop.toml", "--data", ".", "--out", "model", "--set", "train.epochs=2",
                         "--set", "views.category.merge_repeats=true", "--json", "t.json"})
            .code == 0);
  CHECK(json_file(folder / "t.json")["epochs"] == 2);
  CHECK(json_file(folder / "t.json")["views"][1]["sequences"] == 0);  // one category a user: all repeats merged
}

TEST_CASE("a signal stops training with 130; without checkpoints it leaves nothing") {
  const temporary_folder folder;
  shop::write(folder);
  const auto before = folder.names();
  for (const int number : {SIGINT, SIGTERM}) {
    process running({M2GRL_BINARY, "train", "shop.toml", "--out", "model", "--set", "train.epochs=1000000", "--set",
                     "train.checkpoint_seconds=0", "--log", "log"},
                    folder.path());
    while (!fs::exists(folder / "log") || fs::file_size(folder / "log") == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    running.signal(number);
    const auto result = running.wait();
    CHECK(result.code == 130);
    CHECK_THAT(result.err, Contains("m2grl: interrupted after") && Contains("no model was written"));
    fs::remove(folder / "log");
    CHECK(folder.names() == before);
  }
}

TEST_CASE("demo: the tour runs, its scores lie in the only possible order, --out keeps everything") {
  const temporary_folder folder;
  const std::vector<std::string> small{"demo",     "--users", "1500",      "--items", "600",    "--categories", "30",
                                       "--brands", "60",      "--threads", "1",       "--json", "scores.json"};
  auto kept = small;
  kept.insert(kept.end(), {"--out", "tour"});
  const auto result = command(folder, kept);
  INFO(result.err);
  REQUIRE(result.code == 0);
  const json scores = json_file(folder / "scores.json");
  const auto hits = [&](const char* who) { return scores[who]["hr@10"].get<double>(); };
  CHECK(scores["queries"] == 1500);
  CHECK(hits("random") == Approx(10.0 / 600).epsilon(0.2));
  CHECK(hits("popularity") > 1.5 * hits("random"));
  CHECK(hits("item") > 2 * hits("popularity"));
  CHECK(hits("composed") > 2 * hits("popularity"));
  CHECK(hits("ceiling") > hits("composed"));
  CHECK(hits("ceiling") > hits("item"));
  CHECK_THAT(result.out, Contains("ceiling") && Contains("three views composed") && Contains("m2grl info tour/model"));
  CHECK_THAT(result.out, Contains("tour/report.html"));
  CHECK_THAT(read_file(folder / "tour" / "report.html"), Contains("A synthetic marketplace") && Contains("</html>"));
  CHECK(command(folder, {"eval", "tour/model", "--json", "eval.json"}).code == 0);
  CHECK(json_file(folder / "eval.json")["hr@10"] == scores["composed"]["hr@10"]);
  CHECK(command(folder, {"train", "tour/marketplace.toml", "--dry-run"}).code == 0);
  CHECK_THAT(command(folder, kept).err, Contains("tour exists already"));
}

TEST_CASE("synth: files of the size that was asked for") {
  const temporary_folder folder;
  REQUIRE(command(folder, {"synth", "--out", "market", "--users", "300", "--items", "200", "--categories", "20",
                           "--brands", "20", "--shops", "10", "--seed", "7"})
              .code == 0);
  const std::string items = read_file(folder / "market" / "items.csv");
  CHECK(std::count(items.begin(), items.end(), '\n') == 201);
  CHECK(command(folder,
                {"train", "market/marketplace.toml", "--out", "model", "--set", "train.epochs=1", "--json", "t.json"})
            .code == 0);
  CHECK(json_file(folder / "t.json")["ingest"]["users"] == 300);
  CHECK(json_file(folder / "t.json")["tasks"].size() == 7);
  const auto impossible = command(folder, {"synth", "--out", "none", "--users", "0"});
  CHECK(impossible.code == 1);
  CHECK_THAT(impossible.err, Catch::Matchers::StartsWith("m2grl: error: "));
  CHECK_FALSE(fs::exists(folder / "none"));
}

TEST_CASE("exit codes of wrong usage; help and version are no faults") {
  const temporary_folder folder;
  shop::write(folder);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"fly"},
                                                    {"train"},
                                                    {"train", "shop.toml"},
                                                    {"train", "shop.toml", "--out", "m", "--device", "tpu"},
                                                    {"train", "shop.toml", "--out", "m", "--set", "epochs"},
                                                    {"eval"},
                                                    {"eval", "m", "--k", "0"},
                                                    {"eval", "m", "--split", "train"},
                                                    {"search", "m"},
                                                    {"search", "m", "--all", "--id", "x"},
                                                    {"search", "m", "--all", "--index", "a", "--build-index", "b"},
                                                    {"export", "m", "--format", "xml", "--out", "x"},
                                                    {"recommend", "m", "--history", "h"}}) {
    const auto result = command(folder, arguments);
    CAPTURE(arguments);
    CHECK(result.code == 2);
    CHECK_THAT(result.err, Catch::Matchers::StartsWith("m2grl: error: "));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  CHECK(command(folder, {"--version"}).out ==
        std::string("m2grl " M2GRL_VERSION) + (m2grl::built_with_cuda() ? " (CPU, CUDA)\n" : " (CPU)\n"));
  CHECK(command(folder, {"train", "--help"}).code == 0);
  CHECK_FALSE(fs::exists(folder / "m"));
}
