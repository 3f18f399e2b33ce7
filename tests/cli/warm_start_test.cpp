/// train --warm-start: a shop that opens two more circles goes on with what it knew.
#include <set>

#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Events of later users: circles 4 … 9, of which 8 and 9 are new, and their items' categories.
void write_later(const fs::path& folder) {
  fs::create_directory(folder);
  std::string events = "user,item,time\n", items = shop::items_csv();
  for (int u = 0; u < shop::users; ++u) {
    for (int e = 0; e < shop::events; ++e) {
      events += fmt::format("later{},{},{}\n", u, shop::item(4 + u % 6, u / 6 + e), 100 * u + e);
    }
  }
  for (int c = 8; c < 10; ++c) {
    for (int i = 0; i < shop::items_per_circle; ++i) items += fmt::format("{},c{}\n", shop::item(c, i), c % 8);
  }
  write_file(folder / "events.csv", events);
  write_file(folder / "items.csv", items);
}

std::vector<std::string> warm(std::vector<std::string> more = {}) {
  std::vector<std::string> words{"train", "shop.toml", "--data", "later", "--out", "renewed", "--warm-start", "model"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("warm start: old ids come first, new items have neighbours of their category, and old ones are still known") {
  const temporary_folder folder;
  shop::write(folder);
  write_later(folder / "later");
  REQUIRE(command(folder, {"train", "shop.toml", "--out", "model"}).code == 0);
  // One epoch at a rate of nothing: what is seen is where the new items begin.
  const auto begun =
      command(folder, warm({"--set", "train.epochs=1", "--set", "train.learning_rate=1e-20", "--set",
                            "train.min_learning_rate=0", "--set", "train.align_rate=1e-20", "--json", "r.json"}));
  INFO(begun.err);
  REQUIRE(begun.code == 0);
  CHECK_THAT(begun.out, Contains("goes on from model") &&
                            Contains("\"item\": 48 kept, 12 added, 12 of them where the alignment puts them"));
  const json report = json_file(folder / "r.json").at("warm_start");
  CHECK(report[0] == json{{"name", "item"}, {"kept", 48}, {"added", 12}, {"from_aligned", 12}});
  CHECK(report[1] == json{{"name", "category"}, {"kept", 8}, {"added", 0}, {"from_aligned", 0}});
  REQUIRE(command(folder, {"export", "model", "--format", "npy", "--out", "old"}).code == 0);
  REQUIRE(command(folder, {"export", "renewed", "--format", "npy", "--out", "new"}).code == 0);
  const auto before = lines_of(read_file(folder / "old" / "item.ids")),
             now = lines_of(read_file(folder / "new" / "item.ids"));
  REQUIRE(now.size() == before.size() + 12);
  CHECK(std::equal(before.begin(), before.end(), now.begin()));
  // Item i8-0 is of category c0: its nearest by cosine are of circle 0, or the new ones that begin at the same place.
  const auto near = rows_of(
      command(folder, {"search", "renewed", "--id", "i8-0", "--score", "cosine", "-k", "10", "--not", "item=i8-1"})
          .out);
  REQUIRE(near.size() == 10);
  std::set<char> circles;
  for (const auto& row : near) {
    if (row[2][1] != '8') circles.insert(row[2][1]);
  }
  CHECK(circles == std::set<char>{'0'});
}

TEST_CASE("warm start: trained on the new events it knows old and new circles") {
  const temporary_folder folder;
  shop::write(folder);
  write_later(folder / "later");
  REQUIRE(command(folder, {"train", "shop.toml", "--out", "model"}).code == 0);
  REQUIRE(command(folder, warm()).code == 0);
  const auto next = [&](const std::string& item) {
    return rows_of(command(folder, {"search", "renewed", "--id", item, "-k", "1"}).out).at(0).at(2);
  };
  // Seen before, before and since, since. (Where new items share the category of old ones, as of circle 0, they begin
  // beside them, and are what follows them, too.)
  for (const int circle : {2, 3, 5, 8, 9}) {
    CAPTURE(circle);
    CHECK(next(shop::item(circle, 2)) == shop::item(circle, 3));
  }
}

TEST_CASE("warm start: what does not fit is one error; a cut training goes on with the same model only") {
  const temporary_folder folder;
  shop::write(folder);
  write_later(folder / "later");
  REQUIRE(command(folder, {"train", "shop.toml", "--out", "model", "--set", "train.epochs=2"}).code == 0);
  const auto wide = command(folder, warm({"--set", "train.dim=32"}));
  CHECK(wide.code == 1);
  CHECK_THAT(wide.err, Contains("train.dim is 32, the model that it would go on from has 16 dimensions"));
  CHECK(command(folder, {"train", "shop.toml", "--out", "x", "--warm-start", "nothing"}).code == 1);

  process running({M2GRL_BINARY, "train", "shop.toml", "--data", "later", "--out", "renewed", "--warm-start", "model",
                   "--set", "train.epochs=1000000", "--set", "train.checkpoint_steps=1"},
                  folder.path());
  while (!fs::exists(folder / "renewed" / "checkpoint")) ::usleep(1000);
  running.signal(SIGTERM);
  CHECK(running.wait().code == 130);
  const auto cold = command(folder, {"train", "shop.toml", "--data", "later", "--out", "renewed", "--resume", "--set",
                                     "train.epochs=1000000"});
  CHECK(cold.code == 1);
  CHECK_THAT(cold.err, Contains("cannot go on from this checkpoint"));
}
