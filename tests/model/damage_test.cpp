#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "m2grl/error.hpp"
#include "m2grl/model.hpp"
#include "model/forge.hpp"
#include "model/layout.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using namespace m2grl::test;
using layout::json;

namespace {

/// What loading says; empty where it succeeds.
std::string fault_of_loading(const std::filesystem::path& dir) {
  try {
    (void)load_model(dir);
  } catch (const invalid_input& fault) {
    return fault.what();
  } catch (const io_error& fault) {
    return fault.what();
  }
  return "";
}

std::vector<std::string> names_in(const std::filesystem::path& dir) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) names.push_back(entry.path().filename().string());
  return names;
}

void restore(const std::filesystem::path& dir, const std::map<std::string, std::string>& contents) {
  for (const auto& [name, bytes] : contents) write_bytes(dir / name, bytes);
}

}  // namespace

TEST_CASE("every file cut short, lengthened or missing is detected and named") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(), place);
  const auto names = names_in(place);
  REQUIRE(names.size() == 2 + 2 * 4 + 3 + 3 + 6 + 3);
  for (const std::string& name : names) {
    const std::string whole = bytes_of(place / name);
    REQUIRE(!whole.empty());
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{9}, whole.size() / 2, whole.size() - 1}) {
      write_bytes(place / name, whole.substr(0, size));
      if (size + 1 == whole.size() && name == "model.json") continue;  // its last byte is a line end
      INFO(name << " cut to " << size << " of " << whole.size());
      CHECK(fault_of_loading(place).find(name) != std::string::npos);
    }
    write_bytes(place / name, whole + "x");
    CHECK(fault_of_loading(place).find(name) != std::string::npos);
    std::filesystem::remove(place / name);
    CHECK(fault_of_loading(place).find(name) != std::string::npos);
    write_bytes(place / name, whole);
  }
  CHECK(fault_of_loading(place).empty());
}

TEST_CASE("a flipped bit anywhere is detected") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(), place);
  std::mt19937 random(11);
  for (const std::string& name : names_in(place)) {
    std::string bytes = bytes_of(place / name);
    std::set<std::size_t> places{0, bytes.size() / 2, bytes.size() - 1};
    for (int i = 0; i < 20; ++i) places.insert(random() % bytes.size());
    for (const std::size_t at : places) {
      const bool blank = name == "model.json" && (bytes[at] == ' ' || bytes[at] == '\n');
      if (blank) continue;  // between the manifest's values: the same manifest
      const char before = bytes[at];
      bytes[at] = static_cast<char>(before ^ (1 << (at % 7)));
      write_bytes(place / name, bytes);
      INFO(name << " at " << at);
      CHECK_FALSE(fault_of_loading(place).empty());
      bytes[at] = before;
    }
    write_bytes(place / name, bytes);
  }
  CHECK(fault_of_loading(place).empty());
}

TEST_CASE("files that are whole, and yet make no model, are refused") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(), place);
  const auto whole = contents_of(place);
  const auto spoiled = [&](const std::string& name, const std::function<void(std::string&)>& spoil,
                           const char* message) {
    restore(place, whole);
    std::string bytes = bytes_of(place / name);
    spoil(bytes);
    forge(place, name, bytes);
    INFO(name);
    CHECK_THAT(fault_of_loading(place), Catch::Contains(message));
  };
  const auto replace = [](const char* from, const char* to) {
    return [=](std::string& bytes) { bytes.replace(bytes.find(from), std::string(from).size(), to); };
  };
  const auto put_u32 = [](std::size_t behind_header, std::uint32_t value) {
    return [=](std::string& bytes) {
      bytes.replace(128 + 4 * behind_header, 4, reinterpret_cast<const char*>(&value), 4);
    };
  };
  spoiled("view.category.input.npy", put_u32(2 * 17 + 4, 0x7FC00000u), "view \"category\": row 2, column 4 is nan");
  spoiled("view.item.input.npy", replace("(40, 24)", "(41, 24)"), "promises 3936 bytes of data, the file holds 3840");
  spoiled("view.item.input.npy", replace("(40, 24)", "(20, 48)"), "its shape is (20, 48), expected (40, 24)");
  spoiled("view.item.input.npy", replace("(40, 24), }            ", "(4294967296, 4294967296"), "header is damaged");
  spoiled("view.item.input.npy", replace("(40, 24), }                 ", "(4294967296, 4294967297), }"),
          "exceeds 64 bits");
  spoiled("view.item.input.npy", replace("<f4", "<f8"), "type '<f8'");
  spoiled("view.item.input.npy", replace("False", "True "), "Fortran");
  spoiled(
      "view.item.input.npy", [](std::string& bytes) { bytes[1] = 'M'; }, "not a .npy file");
  spoiled("view.item.ids", replace("i39\n", "i38\n"), "occurs twice");
  spoiled("view.item.ids", replace("i39\n", ""), "39 ids, expected 40");
  spoiled("view.item.ids", replace("i39\n", "i39\ni40\n"), "more than 40");
  spoiled("view.item.ids", replace("i39\n", "i3\\x\n"), "backslash");
  spoiled("view.item.ids", replace("i39\n", "i39"), "no end");
  spoiled("link.0.targets.npy", put_u32(0, 6), "id 6");
  const auto two_dimensions = [](std::string& bytes) {
    const std::size_t at = bytes.find(",)");
    bytes.replace(at, 5, ",1), ");
  };
  spoiled("link.0.targets.npy", two_dimensions, "it has 2 dimensions, expected 1");
  spoiled("link.0.offsets.npy", two_dimensions, "it has 2 dimensions, expected 1");
  spoiled(
      "view.item.counts.npy",
      [&](std::string& bytes) {
        replace("(40,)", "(39,)")(bytes);
        bytes.resize(bytes.size() - 8);
      },
      "a vocabulary of 40 names has 39 counts");
  spoiled("link.0.offsets.npy", put_u32(2, 0xFFFF), "offsets");
  spoiled("queries.test.targets.npy", put_u32(2, 40), "test target is item 40");
  spoiled("queries.test.histories.npy", put_u32(0, 40), "id 40");
  spoiled("history.losses.npy", put_u32(2 * 2 + 1, 0x7F800000u), "the history's losses: row 2, column 1 is inf");
  spoiled("history.weights.npy", replace("(4, 2)", "(2, 4)"), "its shape is (2, 4), expected (4, 2)");
  spoiled("history.rounds.npy", put_u32(2 * 2, 4), "the rounds of the history do not rise: 4 after 4");
  spoiled(
      "config.toml", [](std::string& bytes) { bytes += "unknown_key = 1\n"; }, "unknown_key");
}

TEST_CASE("a manifest that does not fit is refused") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(), place);
  const auto whole = contents_of(place);
  const auto changed = [&](const std::function<void(json&)>& change, const char* message) {
    restore(place, whole);
    forge_manifest(place, change);
    CHECK_THAT(fault_of_loading(place), Catch::Contains("model.json") && Catch::Contains(message));
  };
  changed([](json& j) { j["version"] = 4; }, "format version 4");
  changed([](json& j) { j["version"] = "1"; }, "version is missing");
  changed([](json& j) { j["version"] = 0; }, "version is missing");
  changed([](json& j) { j.erase("views"); }, "manifest cannot be used");
  changed([](json& j) { j["views"][0]["name"] = 7; }, "manifest cannot be used");
  changed([](json& j) { j["views"][0]["name"] = "other"; }, "view.other.ids");
  changed([](json& j) { j["relations"][0]["from"] = 5; }, "a relation names a view that does not exist");
  changed([](json& j) { j["relations"][0]["projection"] = "cubic"; }, "cubic");
  changed([](json& j) { j["history"].erase("points"); }, "manifest cannot be used");
  changed([](json& j) { j["tasks"][0]["loss"] = nullptr; }, "manifest cannot be used");
  restore(place, whole);
  forge_manifest(place, [](json& j) { j["history"]["rounds_per_epoch"] = 0; });
  CHECK_THAT(fault_of_loading(place), Catch::Contains("epochs of 0 rounds"));
  restore(place, whole);
  forge_manifest(place, [](json& j) { j.erase("history"); });
  CHECK(load_model(place).history.empty());  // as an older m2grl would have written it
  restore(place, whole);
  forge_manifest(place, [](json& j) { j["views"][0]["nodes"] = std::uint64_t{1} << 62; });
  CHECK_THAT(fault_of_loading(place), Catch::Contains("too few for 4611686018427387904 ids"));
}

TEST_CASE("a view without a name, a folder for a file, a file that shrinks while it is read") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(), place);
  const auto whole = contents_of(place);
  for (const char* what : {"ids", "counts.npy", "input.npy", "output.npy"}) {
    forge(place, std::string("view..") + what, whole.at(std::string("view.category.") + what));
  }
  forge_manifest(place, [](json& j) { j["views"][1]["name"] = ""; });
  CHECK_THAT(fault_of_loading(place), Catch::Contains("view 1 has no name"));
  std::filesystem::remove(place / "view.item.ids");
  std::filesystem::create_directory(place / "view.item.ids");
  CHECK_THAT(fault_of_loading(place), Catch::Contains("view.item.ids: it is not a file"));

  files::input_file file(place / "view.item.input.npy");
  std::filesystem::resize_file(place / "view.item.input.npy", 100);
  std::string bytes(200, '\0');
  CHECK_THROWS_WITH(file.read(bytes.data(), bytes.size()), Catch::Contains("the file is cut short"));
}

TEST_CASE("what a manifest counts is neither cut nor wrapped") {
  const temporary_directory dir;
  const auto place = dir.path() / "m";
  save_model(small_model(), place);
  const auto whole = contents_of(place);
  for (const char* pointer : {"/views/0/nodes", "/views/1/dim", "/links/0/to", "/relations/0/relation_dim",
                              "/history/points", "/history/rounds_per_epoch", "/files/view.item.ids/bytes",
                              "/tasks/0/pairs", "/report/events_read", "/report/sessions"}) {
    const json::json_pointer at(pointer);
    for (const double off : {0.5, -1e19, 1e300}) {
      restore(place, whole);
      forge_manifest(place, [&](json& j) { j[at] = j[at].get<double>() + off; });
      CAPTURE(pointer, off);
      CHECK_THAT(fault_of_loading(place), Catch::Contains("model.json") && Catch::Contains("cannot be used"));
    }
  }
}
