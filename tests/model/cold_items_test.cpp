/// A model keeps the items that only its held-out events know; one without is written as before.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include <m2grl/error.hpp>

#include "model/model_equal.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

model with_cold_items() {
  model m = test::small_model();
  m.cold.ids = {"new \n one", "i999", "\xc3\xa4"};
  link_data link{0, 1, {}, {3, 1, 2}};
  link.targets.ids = {2, 5, 0};
  link.targets.offsets = {0, 2, 2, 3};
  m.cold.links = {link};
  m.test.cold_targets = {no_node, 2, no_node};
  m.validation.cold_targets = {no_node};
  return m;
}

std::string version_of(const std::filesystem::path& dir) {
  std::ifstream stream(dir / "model.json");
  std::string line;
  while (std::getline(stream, line)) {
    if (line.find("\"version\"") != std::string::npos) return line;
  }
  return {};
}

}  // namespace

TEST_CASE("model: cold items round-trip") {
  const test::temporary_directory folder;
  const model m = with_cold_items();
  save_model(m, folder.path() / "model");
  test::check_equal(m, load_model(folder.path() / "model"));
  CHECK_THAT(version_of(folder.path() / "model"), Contains(": 3"));
}

TEST_CASE("model: without cold items the format stays as it was") {
  const test::temporary_directory folder;
  save_model(test::small_model(), folder.path() / "model");
  CHECK_THAT(version_of(folder.path() / "model"), Contains(": 1"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "model" / "cold.ids"));
  const model read = load_model(folder.path() / "model");
  CHECK(read.cold.size() == 0);
  CHECK(read.test.cold_targets.empty());
}

TEST_CASE("model: a user's past and histories with cold items round-trip, and are checked") {
  const test::temporary_directory folder;
  model m = with_cold_items();
  const auto items = static_cast<node_id>(m.views[0].ids.size());
  REQUIRE(m.test.size() == 3);
  m.test.cold_histories.ids = {items + 2, 0, items};
  m.test.cold_histories.offsets = {0, 1, 1, 3};
  m.test.past.ids = {1, 0};
  m.test.past.offsets = {0, 0, 2, 2};
  m.test.past_seconds = {86400, 7};
  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_WITH(save_model(m, folder.path() / "model"), Contains(why));
  };
  SECTION("as they are") {
    save_model(m, folder.path() / "model");
    test::check_equal(m, load_model(folder.path() / "model"));
  }
  SECTION("an id beyond the cold items") {
    m.test.cold_histories.ids[0] = items + 3;
    refused("the test histories with cold items hold id " + std::to_string(items + 3));
  }
  SECTION("a row too few") {
    m.test.cold_histories.offsets = {0, 1, 3};
    refused("the test histories with cold items have 2 rows for 3 queries");
  }
  SECTION("an item beyond the view") {
    m.test.past.ids[1] = items;
    refused("the test pasts hold id " + std::to_string(items));
  }
  SECTION("a time too few") {
    m.test.past_seconds.pop_back();
    refused("the test pasts have 2 items and 1 times");
  }
}

TEST_CASE("model: cold items that do not fit are neither written nor used") {
  const test::temporary_directory folder;
  model m = with_cold_items();
  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_WITH(save_model(m, folder.path() / "model"), Contains(why));
  };
  SECTION("targets") {
    m.test.cold_targets[1] = 3;
    refused("a test target is cold item 3, there are 3");
    m.test.cold_targets = {0, 2, no_node};
    refused("the target of test query 0 is cold and not");
    m.test.cold_targets.pop_back();
    refused("there are 3 test queries and 2 cold targets");
  }
  SECTION("links") {
    m.cold.links[0].to = 7;
    refused("cold link 0 joins views 0 and 7");
    m.cold.links[0].to = 1;
    m.cold.links[0].targets.ids[1] = 6;
    refused("the cold links \"item\" to \"category\" hold id 6, there are 6 nodes");
    m.cold.links[0].targets.ids[1] = 5;
    m.cold.ids.pop_back();
    m.test.cold_targets[1] = 1;
    refused("the cold links \"item\" to \"category\" have 3 rows for 2 nodes");
  }
  SECTION("a damaged file") {
    save_model(m, folder.path() / "model");
    std::ofstream(folder.path() / "model" / "cold.ids", std::ios::app) << "x\n";
    CHECK_THROWS_WITH(load_model(folder.path() / "model"), Contains("cold.ids: the file has"));
  }
}
