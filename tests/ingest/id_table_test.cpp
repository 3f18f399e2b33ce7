#include "ingest/id_table.hpp"

#include <map>
#include <random>

#include "files.hpp"

using namespace m2grl;
using namespace m2grl::test;
using namespace m2grl::ingest;

TEST_CASE("keys: small canonical integers stand for themselves, everything else for its text") {
  CHECK(make_key("0") == 0);
  CHECK(make_key("7") == 7);
  CHECK(make_key("999999999999999999") == 999999999999999999u);
  CHECK(make_key("") == empty_key);
  for (const char* text :
       {"00", "07", "-7", "+7", "1000000000000000000", "18446744073709551615", "7a", "a", " 7", "7.0", "1e3"}) {
    CAPTURE(text);
    CHECK((make_key(text) & text_key_bit) != 0);
  }
}

TEST_CASE("ids keep their text and come in order of first sight, for any number of workers") {
  const std::size_t workers = GENERATE(1, 2, 3, 7);
  const std::size_t blocks = GENERATE(1, 5, 40);
  const bool texts = GENERATE(false, true);
  std::mt19937_64 random(workers * 100 + blocks);
  const auto random_id = [&] {
    const std::string digits = std::to_string(random() % 3000);
    if (!texts) return digits;
    constexpr const char* prefixes[] = {"0", "-", "99999999999999999999", "item ", "", ""};
    return std::string(prefixes[random() % 6]).append(digits);
  };
  // Block b is read by some worker; each worker's blocks ascend.
  std::vector<id_table> tables(workers);
  std::vector<std::uint64_t> places{0};
  std::vector<std::string> all, expected;
  std::vector<std::pair<std::size_t, node_id>> local;
  std::map<std::string, node_id> number;
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t worker = random() % workers, size = random() % 500;
    for (std::size_t i = 0; i < size; ++i) {
      all.push_back(random_id());
      local.emplace_back(worker,
                         tables[worker].find_or_insert(make_key(all.back()), all.back(), (std::uint64_t{b} << 32) | i));
      if (number.emplace(all.back(), static_cast<node_id>(expected.size())).second) expected.push_back(all.back());
    }
    places.push_back(places.back() + size);
  }
  const merged_ids merged = merge_ids(std::move(tables), places, workers);
  REQUIRE(merged.names.size() == expected.size());
  for (node_id id = 0; id < expected.size(); ++id) REQUIRE(merged.names.name(id) == expected[id]);
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(merged.remap[local[i].first][local[i].second] == number[all[i]]);
}

TEST_CASE("a table finds what it holds, and nothing else") {
  id_table table;
  std::mt19937_64 random(4);
  std::map<std::string, node_id> expected;
  for (std::size_t i = 0; i < 20000; ++i) {
    const std::string text = std::string(random() % 2 == 0 ? "x" : "").append(std::to_string(random() % 8000));
    const auto next = static_cast<node_id>(expected.size());
    REQUIRE(table.find_or_insert(make_key(text), text, i) == expected.emplace(text, next).first->second);
  }
  CHECK(table.size() == expected.size());
  for (const auto& [text, id] : expected) REQUIRE(table.find(make_key(text), text) == id);
  for (const char* text : {"8000", "x8000", "007", "-1", "y"}) CHECK(table.find(make_key(text), text) == no_node);
}

TEST_CASE("texts of one key are told apart by their bytes") {
  id_table table;
  const std::uint64_t key = make_key("some text");
  CHECK(table.find_or_insert(key, "some text", 0) == 0);
  CHECK(table.find_or_insert(key, "another text of the same hash", 1) == 1);
  CHECK(table.find(key, "some text") == 0);
  CHECK(table.find(key, "another text of the same hash") == 1);
  CHECK(table.find(key, "a third") == no_node);
}
