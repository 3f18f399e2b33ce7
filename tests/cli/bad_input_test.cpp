/// Input as it should not be: one clear line that names the place, a non-zero exit, nothing left behind.
#include <algorithm>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Trains on the shop after `spoil` changed its folder; returns the one line that the fault left.
template <class Spoil>
std::string fault_after(const Spoil& spoil, const std::vector<std::string>& more = {}) {
  const temporary_folder folder;
  shop::write(folder);
  spoil(folder);
  const auto before = folder.names();
  std::vector<std::string> arguments{"train",  "shop.toml",  "--out", "model",
                                     "--json", "train.json", "--set", "train.epochs=2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = command(folder, arguments);
  INFO(result.err);
  CHECK(result.code == 1);
  CHECK(folder.names() == before);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  const std::string prefix = "m2grl: error: ";
  REQUIRE(result.err.substr(0, prefix.size()) == prefix);
  return result.err.substr(prefix.size(), result.err.size() - prefix.size() - 1);
}

std::string fault_of_log(const std::string& events) {
  return fault_after([&](const temporary_folder& folder) { write_file(folder / "events.csv", events); });
}

std::string fault_of_set(const std::string& assignment) {
  return fault_after([](const temporary_folder&) {}, {"--set", assignment});
}

/// The log with one line replaced; lines count from 1.
std::string with_line(std::size_t number, const std::string& line) {
  std::istringstream lines(shop::events_csv());
  std::string text, each;
  for (std::size_t n = 1; std::getline(lines, each); ++n) text += (n == number ? line : each) + "\n";
  return text;
}

void gzip(const temporary_folder& folder, const std::string& name) {
  REQUIRE(run({"/bin/gzip", name}, folder.path()).code == 0);
}

}  // namespace

TEST_CASE("files that are missing or damaged") {
  CHECK(fault_after([](const auto& f) { fs::remove(f / "events.csv"); }) ==
        "cannot open events.csv: No such file or directory");
  CHECK_THAT(fault_after([](const auto& f) { fs::remove(f / "items.csv"); }), Contains("items.csv: No such file"));
  CHECK_THAT(fault_after([](const auto& f) { fs::remove(f / "shop.toml"); }), Contains("shop.toml: No such file"));
  const auto truncate = [](const temporary_folder& f) {
    gzip(f, "events.csv");
    fs::resize_file(f / "events.csv.gz", fs::file_size(f / "events.csv.gz") / 2);
  };
  CHECK(fault_after(truncate, {"--set", "data.events=events.csv.gz"}) == "events.csv.gz: the gzip data is cut short");
  CHECK_THAT(fault_after([](const auto&) {}, {"--data", "nowhere"}), Contains("--data nowhere"));
}

TEST_CASE("the log's form: columns, values, numbers") {
  CHECK_THAT(fault_of_set("data.time=when"), Contains("events.csv:1: there is no column \"when\"") && Contains("item"));
  CHECK_THAT(fault_of_set("views.category.column=colour"), Contains("items.csv:1: there is no column \"colour\""));
  CHECK_THAT(fault_of_set("data.delimiter=;"), Contains("events.csv:1: ") && Contains("set data.delimiter"));
  CHECK(fault_of_log(with_line(5, "u0,i0-3")) ==
        "events.csv:5:8: a value is missing: the line has 2 of the header's 3 fields");
  CHECK_THAT(fault_of_log(with_line(5, "u0,i0-3,3,9")),
             Contains("events.csv:5:") && Contains("more fields than the header"));
  CHECK_THAT(fault_of_log(with_line(5, "u0,,3")), Contains("events.csv:5:4: ") && Contains("column \"item\" is empty"));
  CHECK_THAT(fault_of_log(with_line(5, ",i0-3,3")),
             Contains("events.csv:5:1: ") && Contains("column \"user\" is empty"));
  CHECK_THAT(fault_of_log(with_line(7, "u0,i0-3,3x")), Contains("events.csv:7:9: time \"3x\" is not a whole number"));
  CHECK_THAT(fault_of_log(with_line(7, "u0,i0-3,")), Contains("events.csv:7:9: time \"\" is not a whole number"));
  CHECK_THAT(fault_of_log(with_line(7, "u0,i0-3,99999999999999999999")),
             Contains("events.csv:7:9: time \"99999999999999999999\"") && Contains("64 bits"));
  CHECK_THAT(fault_of_log(with_line(7, "u0,\"i0-3,3")), Contains("events.csv:7:4: ") && Contains("never closed"));
}

TEST_CASE("ids are text: those that look like numbers beyond 64 bits stay whole and apart") {
  const temporary_folder folder;
  shop::write(folder);
  const std::string one = "99999999999999999999999991", other = "99999999999999999999999992";
  write_file(folder / "events.csv", shop::events_csv() + "w," + one + ",1\nw," + other + ",2\nw," + one + ",3\n");
  REQUIRE(
      command(folder, {"train", "shop.toml", "--out", "model", "--set", "split.kind=none", "--set", "train.epochs=1"})
          .code == 0);
  REQUIRE(command(folder, {"export", "model", "--format", "npy", "--out", "vectors"}).code == 0);
  const std::string ids = read_file(folder / "vectors" / "item.ids");
  CHECK_THAT(ids, Contains(one + "\n") && Contains(other + "\n"));
  CHECK(std::count(ids.begin(), ids.end(), '\n') == 50);
}

TEST_CASE("line ends of other systems and byte order marks are fine") {
  const temporary_folder folder;
  shop::write(folder);
  std::string crlf = "\xEF\xBB\xBF";
  for (const char c : shop::events_csv()) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  write_file(folder / "events.csv", crlf);
  const auto result =
      command(folder, {"train", "shop.toml", "--out", "model", "--json", "t.json", "--set", "train.epochs=1"});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(json_file(folder / "t.json")["views"][0]["nodes"] == 48);
}

TEST_CASE("nothing to learn from") {
  CHECK(fault_of_log("") == "events.csv: the file is empty: it has no header line");
  CHECK(fault_of_log("user,item,time\n") == "events.csv: the log holds no events");
  CHECK_THAT(fault_of_log("user,item,time\nu1,i0-1,1\nu2,i0-2,2\nu3,i0-3,3\n"), Contains("nothing to train on"));
  CHECK_THAT(fault_of_log("user,item,time\nu1,i0-1,1\nu1,i0-1,2\nu1,i0-1,3\nu1,i0-1,4\n"),
             Contains("view \"item\" has one node"));
  // All items of one category: the item view can be trained, the category view has nothing to tell apart.
  const auto one_category = [](const temporary_folder& f) {
    std::string text = "id,category\n";
    for (int c = 0; c < shop::circles; ++c) {
      for (int i = 0; i < shop::items_per_circle; ++i) text += shop::item(c, i) + ",all\n";
    }
    write_file(f / "items.csv", text);
  };
  CHECK_THAT(fault_after(one_category), Contains("view \"category\" has one node"));
}

TEST_CASE("the configuration") {
  CHECK(fault_of_set("train.dim=0") == "--set train.dim: train.dim is 0, it must be 1 to 1024");
  for (const std::string value : {"0", "-1", "nan"}) {
    CHECK_THAT(fault_of_set("train.learning_rate=" + value), Contains("it must be a finite number > 0"));
    CHECK_THAT(fault_of_set("train.fixed_weights.item=" + value), Contains("train.fixed_weights.item is " + value));
    CHECK_THAT(fault_of_set("eval.compose=item:" + value), Contains("it must be a finite number > 0"));
    CHECK_THAT(fault_of_set("links.0.ratio=" + value), Contains("links.0.ratio is " + value));
  }
  CHECK_THAT(fault_of_set("train.epoch=3"), Contains("did you mean \"train.epochs\"?"));
  const auto misspelled = [](const temporary_folder& f) {
    std::string text = shop::config();
    text.replace(text.find("window ="), 8, "windw  =");
    write_file(f / "shop.toml", text);
  };
  CHECK(fault_after(misspelled) == "shop.toml:24:1: unknown key \"train.windw\"; did you mean \"train.window\"?");
  CHECK_THAT(fault_after([](const auto& f) { write_file(f / "shop.toml", "[data\n"); }), Contains("shop.toml:1:"));
}

TEST_CASE("edge lists: weights that are none") {
  for (const std::string weight : {"0", "-1", "nan", "inf", "x"}) {
    const auto spoil = [&](const temporary_folder& f) {
      write_file(f / "edges.txt", "a b 1\nb c " + weight + "\n");
      write_file(f / "shop.toml", "[[views]]\nname = \"node\"\nedges = \"edges.txt\"\nsequences = \"walks\"\n");
    };
    CHECK(fault_after(spoil) == "edges.txt:2:5: edge weight \"" + weight + "\" is not a finite number > 0");
  }
}

TEST_CASE("places that cannot be written are told before any work is done") {
  CHECK_THAT(fault_after([](const auto& f) { fs::remove(f / "events.csv"); }, {"--log", "no/log.jsonl"}),
             Contains("cannot write no/log.jsonl: there is no folder no"));
}

TEST_CASE("models that are none") {
  const temporary_folder folder;
  shop::write(folder);
  fs::create_directory(folder / "empty");
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"eval", "nowhere"},
                                                    {"eval", "empty"},
                                                    {"info", "shop.toml"},
                                                    {"search", "empty", "--all"},
                                                    {"recommend", "empty", "--history", "h", "--out", "r.tsv"},
                                                    {"export", "empty", "--format", "npy", "--out", "e"}}) {
    CAPTURE(arguments);
    const auto result = command(folder, arguments);
    INFO(result.err);
    CHECK(result.code == 1);
    CHECK_THAT(result.err, Catch::Matchers::StartsWith("m2grl: error: ") && Contains(arguments[1]));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  CHECK(folder.names() == std::vector<std::string>{"empty", "events.csv", "items.csv", "shop.toml"});
}

TEST_CASE("what a model cannot answer leaves nothing behind") {
  const temporary_folder folder;
  shop::write(folder);
  REQUIRE(
      command(folder, {"train", "shop.toml", "--out", "model", "--set", "train.epochs=1", "--set", "split.kind=none"})
          .code == 0);
  const auto before = folder.names();
  CHECK_THAT(command(folder, {"eval", "model"}).err, Contains("holds no test queries") && Contains("\"none\""));
  CHECK(command(folder, {"eval", "model"}).code == 1);
  write_file(folder / "events.csv", "anna i0-1\n");
  const auto result = command(folder, {"recommend", "model", "--history", "events.csv", "--out", "r.tsv"});
  CHECK(result.code == 1);
  CHECK_THAT(result.err, Contains("events.csv:1:") && Contains("tab"));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--out", "no/s.tsv"}).err, Contains("there is no folder no"));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--compose", "item,shop"}).err, Contains("shop"));
  CHECK_THAT(command(folder, {"search", "model", "--all", "--compose", "item:x"}).err,
             Contains("--compose: the weight of view"));
  CHECK(folder.names() == before);
}
