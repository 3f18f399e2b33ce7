/// Binary files whose checksums are right and whose sizes are not: refused before memory is taken for them.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "m2grl/index.hpp"
#include "m2grl/model.hpp"
#include "model/forge.hpp"
#include "model/npy.hpp"
#include "refusal.hpp"
#include "search/index_header.hpp"
#include "support/small_model.hpp"
#include "train/checkpoint.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

constexpr std::uint64_t huge_numbers[] = {std::uint64_t{1} << 31, (std::uint64_t{1} << 32) + 1, std::uint64_t{1} << 40,
                                          std::uint64_t{1} << 62, (std::uint64_t{1} << 63) - 1, ~std::uint64_t{0}};

template <class Number>
void put(std::string& bytes, std::size_t at, Number value) {
  bytes.replace(at, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
}

/// An array of version 1.0 with this header, as long as it says or as told.
std::string npy(const std::string& header, const std::string& data = std::string(24, '\1'), long length = -1) {
  const auto bytes = static_cast<std::uint16_t>(length < 0 ? header.size() : static_cast<std::size_t>(length));
  std::string text("\x93NUMPY\x01\x00\0\0", 10);
  put(text, 8, bytes);
  return text + header + data;
}

std::string described(const std::string& shape, const std::string& type = "<f4", const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

struct hostile_npy {
  std::string bytes;
  const char* words;
};

std::vector<hostile_npy> hostile_arrays() {
  std::vector<hostile_npy> all;
  for (const char* shape :
       {"(18446744073709551615, 1)", "(4294967296, 4294967296)", "(2, 9223372036854775808)", "(6148914691236517206, 3)",
        "(4611686018427387904,)", "(2147483648, 2147483648, 2)", "(1, 1, 1, 18446744073709551615)"}) {
    all.push_back({npy(described(shape)), "its shape exceeds 64 bits"});
  }
  for (const char* shape : {"(1000000000, 3)", "(3, 3)", "(2, 2)", "(1099511627776,)", "(2, 3, 2)", "()",
                            "(2305843009213693951, 2)", "(0,)", "(0, 18446744073709551615)"}) {
    all.push_back({npy(described(shape)), "its header promises "});
  }
  for (const char* shape : {"(18446744073709551616, 3)", "(-2, 3)", "(+2, 3)", "(x)", "(2, 3", "2, 3)", "[2, 3]", "(",
                            "(2; 3)", "(2, 3.0)", "(99999999999999999999999,)", "(,,x)", "('2', 3)", "( 2, 3)"}) {
    all.push_back({npy(described(shape)), "its header is damaged"});
  }
  for (const char* shape : {"(6,)", "(3, 2)", "(1, 6)", "(6, 1)", "(2, 1, 3)", "(2, 3, 1)", "(1, 1, 1, 1, 6)"}) {
    all.push_back({npy(described(shape)), "its shape is ("});
  }
  for (const char* type : {"<f8", ">f4", "<f2", "|O", "|V4", "", "f4", "<f4 "}) {
    all.push_back({npy(described("(2, 3)", type)), "its values are of type "});
  }
  for (const char* order : {"True", "1", "None", "false"}) {
    all.push_back({npy(described("(2, 3)", "<f4", order)), "it is in Fortran order"});
  }
  for (const char* header : {"", "{}", "{'descr': }", "\n", "'descr':'<f4'"}) {
    all.push_back({npy(header), "its header"});
  }
  const std::string good = npy(described("(2, 3)"));
  for (const long length : {1, 20, 30}) all.push_back({npy(described("(2, 3)"), "", length), "its header "});
  for (const long length : {60, 1000, 65535}) {
    all.push_back({npy(described("(2, 3)"), "", length).substr(0, 60), "the file is cut short"});
  }
  for (const std::size_t size : {0, 1, 5, 9}) all.push_back({good.substr(0, size), "the file is cut short"});
  for (const std::size_t at : {0, 3, 6, 7}) {
    all.push_back({good, "it is not a .npy file of version 1.0"});
    all.back().bytes[at] ^= 2;
  }
  return all;
}

}  // namespace

TEST_CASE("hostile: arrays") {
  const temporary_directory dir;
  const auto all = hostile_arrays();
  REQUIRE(all.size() >= 50);
  for (const auto& [bytes, words] : all) {
    write_bytes(dir.path() / "given.npy", bytes);
    CAPTURE(bytes);
    check_refused(
        [&] {
          files::input_file file(dir.path() / "given.npy");
          (void)files::read_npy_table(file, 2, 3);
        },
        words);
    for (const auto& read : {std::function<void(files::input_file&)>([](auto& f) { (void)files::read_npy_u32(f); }),
                             std::function<void(files::input_file&)>([](auto& f) { (void)files::read_npy_u64(f); })}) {
      CHECK(refusal_of([&] {
              files::input_file file(dir.path() / "given.npy");
              read(file);
            }) != "accepted");
    }
  }
}

namespace {

/// A checkpoint with this header and these bytes behind it; the checksum of the header is right.
std::string checkpoint_with(const std::string& header, const std::string& behind = {}) {
  std::string text = "M2GRLCKP" + std::string(24, '\0');
  put(text, 8, std::uint32_t{1});
  put(text, 16, std::uint64_t{header.size()});
  put(text, 24, files::checksum_of(header));
  return text + header + behind;
}

std::string header_with(const std::string& parts) {
  return R"({"library":"1","device":"cpu","run":{"options":[],"inputs":[]},"trainer":{},"parts":)" + parts + "}";
}

std::vector<std::string> hostile_checkpoints() {
  std::vector<std::string> all;
  const std::string good = checkpoint_with(header_with("[]"));
  for (const std::uint64_t number : huge_numbers) {
    for (const std::size_t field : {8, 16, 24}) {  // version and 0, bytes of the header, its checksum
      all.push_back(good);
      put(all.back(), field, number);
    }
    const std::string n = std::to_string(number);
    all.push_back(checkpoint_with(header_with(R"([{"name":"a","bytes":)" + n + "}]")));
    all.push_back(checkpoint_with(header_with(R"([{"name":"a","bytes":)" + n + "}]"), std::string(3000, '\0')));
    all.push_back(checkpoint_with(header_with(R"([{"name":"a","bytes":8},{"name":"b","bytes":)" + n + "}]"),
                                  std::string(3000, '\0')));
    all.push_back(checkpoint_with(header_with(R"([{"name":"a","bytes":-)" + n + "}]"), std::string(16, '\0')));
  }
  for (const char* parts : {"1", "null", "{}", "[1]", "[[]]", "[{}]", R"([{"name":1,"bytes":1}])", R"([{"name":"a"}])",
                            R"([{"name":"a","bytes":"1"}])", R"([{"name":"a","bytes":null}])", R"("a")", "[",
                            R"([{"name":"a","bytes":1e400}])", R"([{"name":"a","bytes":18446744073709551616}])"}) {
    all.push_back(checkpoint_with(header_with(parts), "x"));
  }
  for (const char* header : {"", "{}", "[]", "1", "\"", "{\"parts\":[]}", "\0", "\xff", R"({"parts":[],"run":[1]})",
                             R"({"parts":[],"run":{"options":[],"inputs":[]},"device":1})"}) {
    all.push_back(checkpoint_with(header, "x"));
  }
  all.push_back(checkpoint_with(header_with(std::string(1000000, '['))));
  all.push_back(checkpoint_with(header_with("[" + std::string(1 << 20, '1') + "]")));
  if (sanitized) return all;
  std::string zeros = "[0", empty = "[[]", objects = "[{\"a\":0}";
  for (std::size_t i = 0; i < 1200000; ++i) zeros += ",0", empty += ",[]";
  for (std::size_t i = 0; i < 700000; ++i) objects += ",{\"a\":0}";
  for (const std::string& list : {zeros, empty, objects}) {
    all.push_back(checkpoint_with(header_with("[]," + ("\"more\":" + list + "]"))));
  }
  return all;
}

}  // namespace

TEST_CASE("hostile: checkpoints") {
  const temporary_directory dir;
  const auto file = dir.path() / "checkpoint";
  write_bytes(file, checkpoint_with(header_with("[]")));
  REQUIRE_NOTHROW(checkpoint_reader(file));
  const auto all = hostile_checkpoints();
  REQUIRE(all.size() >= 50);
  for (const std::string& bytes : all) {
    write_bytes(file, bytes);
    CAPTURE(bytes.substr(0, 200));
    check_refused(
        [&] {
          checkpoint_reader in(file);
          while (true) (void)in.next();
        },
        "this checkpoint cannot be used");
  }
}

TEST_CASE("hostile: indexes") {
  if (!built_with_index()) return;
  const temporary_directory dir;
  const auto file = dir.path() / "index";
  std::mt19937 random(1);
  const table vectors = random_table(40, 3, random);
  index_options options;
  options.neighbours = 2, options.threads = 1;
  vector_index(vectors, options).save(file);
  const std::string image = bytes_of(file).substr(sizeof(search::index_header));
  const auto write = [&](const std::string& changed) {
    const auto header = search::header_of(changed, similarity::inner_product, vectors);
    write_bytes(file, std::string(reinterpret_cast<const char*>(&header), sizeof header) + changed);
  };
  const auto load = [&] { (void)vector_index::load(file, vectors); };
  write(image);
  REQUIRE_NOTHROW(load());
  std::size_t headers = 0;
  for (const std::size_t field : {0, 8, 16, 24, 32, 40, 48, 52, 56, 64, 72}) {  // not the two that are for building
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{41}, huge_numbers[0],
                                       huge_numbers[1], huge_numbers[3], huge_numbers[5]}) {
      std::string changed = image;
      put(changed, field, number);
      const auto same = [&](std::size_t at, std::size_t bytes) {
        return std::memcmp(image.data() + at, changed.data() + at, bytes) == 0;
      };
      if (same(0, 96)) continue;
      write(changed);
      CAPTURE(field, number);
      check_refused(load, "the index is damaged: ");
      ++headers;
    }
  }
  CHECK(headers >= 50);
  for (std::size_t size = 0; size < image.size(); size += 1 + size / 25) {
    write(image.substr(0, size));
    check_refused(load, "the index is damaged: ");
  }
  write(image + '\0');
  check_refused(load, "1 bytes follow its last node");
  // Links of an upper level, behind all vectors, that lead to each node in turn, most of which have no such level.
  std::set<std::string> told;
  for (std::size_t at = image.size() - 4 * 40; at + 4 <= image.size(); at += 4) {
    for (std::uint32_t to = 0; to < 40; ++to) {
      std::string changed = image;
      put(changed, at, to);
      write(changed);
      told.insert(refusal_of(load));
    }
  }
  CHECK(std::any_of(told.begin(), told.end(), [](const std::string& message) {
    return message.find(" leads to ") != std::string::npos && message.find(" on level 1") != std::string::npos;
  }));
  std::size_t refused = 0;
  for (int i = 0; i < 150; ++i) {  // links, labels, levels
    std::string changed = image;
    changed[96 + random() % (image.size() - 96)] ^= static_cast<char>(1 << random() % 8);
    write(changed);
    const std::string message = refusal_of([&] {
      const vector_index index = vector_index::load(file, vectors);
      search_options how;
      (void)index.search(vectors, how);
    });
    refused += message != "accepted" ? 1 : 0;
  }
  CHECK(refused > 15);  // most bytes are those of vectors, and of links beyond a list's count
}

TEST_CASE("hostile: manifests") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(12, 4), place);
  const auto whole = bytes_of(place / "model.json");
  const auto load = [&] { (void)load_model(place); };
  const auto changed = [&](const std::function<void(layout::json&)>& change, const char* words) {
    write_bytes(place / "model.json", whole);
    forge_manifest(place, change);
    check_refused(load, words);
  };
  std::size_t headers = 0;
  for (const char* pointer : {"/views/0/nodes", "/views/0/dim", "/views/1/nodes", "/views/1/dim", "/links/0/from",
                              "/links/0/to", "/relations/0/from", "/relations/0/to", "/relations/0/relation_dim",
                              "/history/points", "/files/view.item.input.npy/bytes", "/files/view.item.ids/bytes"}) {
    std::vector<layout::json> values{-1, 2.5, "2", nullptr, layout::json::array(), layout::json::object()};
    for (const std::uint64_t number : huge_numbers) values.emplace_back(number);
    for (const layout::json& value : values) {
      CAPTURE(pointer, value.dump());
      changed([&](layout::json& j) { j[layout::json::json_pointer(pointer)] = value; }, "m");
      ++headers;
    }
  }
  CHECK(headers >= 50);
  const auto nested = [&](const std::string& value) {
    write_bytes(place / "model.json", R"({"format":"m2grl-model","version":1,"x":)" + value + "}");
    check_refused(load, "this is not the manifest of an m2grl model, or it is damaged");
  };
  nested(std::string(1000000, '[') + std::string(1000000, ']'));
  if (!sanitized) {
    std::string zeros = "[0", objects = "[{\"a\":0}";
    for (std::size_t i = 0; i < 1200000; ++i) zeros += ",0";
    for (std::size_t i = 0; i < 900000; ++i) objects += ",{\"a\":0}";
    nested(zeros + "]");
    nested(objects + "]");
  }
  write_bytes(place / "model.json", std::string(std::size_t{9} << 20, ' '));
  check_refused(load, "at most 8388608 are expected");
  const std::string rows = "(2305843009213693952, 0)";
  write_bytes(place / "model.json", whole);
  forge(place, "history.losses.npy", npy(described(rows), ""));
  forge_manifest(place, [](layout::json& j) {
    j["history"]["points"] = std::uint64_t{1} << 61;
    j["tasks"] = layout::json::array();
  });
  check_refused(load, "it has 2305843009213693952 rows without columns");
}
