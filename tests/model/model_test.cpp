#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <limits>

#include "directory.hpp"
#include "m2grl/error.hpp"
#include "m2grl/model.hpp"
#include "model_equal.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using namespace m2grl::test;

TEST_CASE("a model reads back as it was saved") {
  const temporary_directory dir;
  const model m = small_model();
  save_model(m, dir.path() / "m");
  check_equal(m, load_model(dir.path() / "m"));
  CHECK(contents_of(dir.path()).count("m/view.item.input.npy") == 1);
}

TEST_CASE("a model without links, relations, tasks or held-out queries reads back") {
  const temporary_directory dir;
  model m = small_model();
  m.links.clear();
  m.relations.clear();
  m.tasks.clear();
  m.history = {};
  m.validation = {};
  m.test = {};
  m.report = {};
  save_model(m, dir.path() / "parents/are/made/m/");
  check_equal(m, load_model(dir.path() / "parents/are/made/m"));
}

TEST_CASE("a view that nothing was found for reads back") {
  const temporary_directory dir;
  model m = small_model();
  m.views.emplace_back().name = "brand";
  m.views.back().ids = vocabulary({}, {});
  save_model(m, dir.path() / "m");
  CHECK(load_model(dir.path() / "m").views[2].ids.size() == 0);
}

TEST_CASE("ids hold any bytes, views any name") {
  const temporary_directory dir;
  std::mt19937 random(3);
  model m = small_model();
  std::string every_byte;
  for (int b = 0; b < 256; ++b) every_byte += static_cast<char>(b);
  const std::vector<std::string> weird{"",
                                       " ",
                                       "\n",
                                       "\r",
                                       "\r\n",
                                       "\\",
                                       "\\n",
                                       "\\\\n",
                                       "a\nb",
                                       "\t",
                                       std::string(1, '\0'),
                                       "\xff\xfe",
                                       "漢字",
                                       every_byte,
                                       std::string(100000, 'x'),
                                       "trailing\\"};
  // Views made in memory need not stand in the configuration, whose names are narrower.
  for (const char* name : {"../escape", "a b/c", ".hidden", "item.input", "%2E", "größe", "item~category"}) {
    m.views.push_back(random_view(name, weird, 3, random));
  }
  save_model(m, dir.path() / "m");
  check_equal(m, load_model(dir.path() / "m"));
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) entries += entry.exists() ? 1 : 0;
  CHECK(entries == 1);  // nothing escaped
}

TEST_CASE("an existing directory is refused, and untouched") {
  const temporary_directory dir;
  save_model(small_model(), dir.path() / "m");
  const auto before = contents_of(dir.path());
  CHECK_THROWS_WITH(save_model(small_model(41), dir.path() / "m"), Catch::Contains("exists already"));
  CHECK(contents_of(dir.path()) == before);
}

TEST_CASE("what is not a model is never overwritten") {
  const temporary_directory dir;
  std::filesystem::create_directory(dir.path() / "photos");
  write_bytes(dir.path() / "photos/holiday.jpg", "precious");
  std::filesystem::create_directory(dir.path() / "other");
  write_bytes(dir.path() / "other/model.json", R"({"format": "another"})");
  write_bytes(dir.path() / "file", "text");
  const auto before = contents_of(dir.path());
  for (const char* name : {"photos", "other", "file"}) {
    CHECK_THROWS_WITH(save_model(small_model(), dir.path() / name, true), Catch::Contains("not an m2grl model"));
    CHECK_THROWS_WITH(save_model(small_model(), dir.path() / name, false), Catch::Contains("exists already"));
    CHECK(contents_of(dir.path()) == before);
  }
}

TEST_CASE("an empty folder, as a killed training leaves it, is overwritten where that is allowed") {
  const temporary_directory dir;
  std::filesystem::create_directory(dir.path() / "empty");
  CHECK_THROWS_WITH(save_model(small_model(), dir.path() / "empty"), Catch::Contains("exists already"));
  save_model(small_model(), dir.path() / "empty", true);
  CHECK(load_model(dir.path() / "empty").views.size() == small_model().views.size());
}

TEST_CASE("overwriting swaps the whole directory and leaves nothing behind") {
  const temporary_directory dir;
  save_model(small_model(40, 6, 1), dir.path() / "m");
  write_bytes(dir.path() / "m/stale.txt", "of the old model");
  std::filesystem::create_directory_symlink("m", dir.path() / "latest");
  const model next = small_model(33, 5, 2);
  save_model(next, dir.path() / "latest", true);  // through a link: the link stays, its target is replaced
  check_equal(next, load_model(dir.path() / "m"));
  CHECK(std::filesystem::is_symlink(dir.path() / "latest"));
  CHECK_FALSE(std::filesystem::exists(dir.path() / "m/stale.txt"));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
}

TEST_CASE("a disk that fills up leaves neither a half model nor a trace, and the old model stands") {
  const temporary_directory dir;
  save_model(small_model(), dir.path() / "old");
  const auto before = contents_of(dir.path());
  struct rlimit limit {};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails with EFBIG
  struct rlimit small = limit;
  small.rlim_cur = 2000;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  bool fresh_failed = false, overwrite_failed = false;
  try {
    save_model(small_model(), dir.path() / "fresh");
  } catch (const io_error&) {
    fresh_failed = true;
  }
  try {
    save_model(small_model(50), dir.path() / "old", true);
  } catch (const io_error&) {
    overwrite_failed = true;
  }
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, previous);
  CHECK(fresh_failed);
  CHECK(overwrite_failed);
  CHECK(contents_of(dir.path()) == before);
}

TEST_CASE("a model that could not be used is not saved; the fault is named") {
  const temporary_directory dir;
  const auto refused = [&](auto&& spoil, const char* message) {
    model m = small_model();
    spoil(m);
    CHECK_THROWS_WITH(save_model(m, dir.path() / "m"), Catch::Contains(message));
    CHECK(std::filesystem::is_empty(dir.path()));
  };
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  refused([&](model& m) { m.views[1].tables.output[3][16] = nan; }, "view \"category\": row 3, column 16 is nan");
  refused([&](model& m) { m.views[0].tables.input[39][0] = -infinite; }, "view \"item\": row 39, column 0 is -inf");
  refused([&](model& m) { m.relations[0].w_to[7][16] = nan; }, "relation \"item~category\"");
  refused([&](model& m) { m.relations[0].bias = infinite; }, "bias");
  refused([&](model& m) { m.tasks[1].loss = std::numeric_limits<double>::quiet_NaN(); }, "task \"item~category\"");
  refused([](model& m) { m.views[1].name = "item"; }, "two views are called \"item\"");
  refused([](model& m) { m.views[1].name = "\xff"; }, "not UTF-8");
  refused([](model& m) { m.views.clear(); }, "no views");
  refused([](model& m) { m.views[0].tables.input = table(39, 24); }, "40 ids, 39 input");
  refused([](model& m) { m.views[0].tables.output = table(39, 24); }, "40 ids, 40 input and 39 output");
  refused([](model& m) { m.views[0].tables.output = table(40, 23); }, "input vectors of 24 and output vectors of 23");
  refused([](model& m) { m.views[0].tables = {table(40, 0), table(40, 0)}; }, "input vectors of 0");
  refused([](model& m) { m.views[1].name.clear(); }, "view 1 has no name");
  refused([](model& m) { m.links[0].targets.offsets.clear(); }, "offsets");
  refused([](model& m) { m.links[0].counts.pop_back(); }, " counts for ");
  refused([](model& m) { m.relations[0].w_from = table(8, 23); }, "matrices [8, 23] and [8, 17]");
  refused([](model& m) { m.relations[0].w_to = table(8, 16); }, "matrices [8, 24] and [8, 16]");
  refused([&](model& m) { m.relations[0].w_from[2][3] = nan; }, "relation \"item~category\": row 2, column 3");
  refused([&](model& m) { m.tasks[0].weight = infinite; }, "a weight of inf");
  refused([&](model& m) { m.tasks[0].log_variance = nan; }, "a log variance of nan");
  refused([](model& m) { m.history.losses = table(3, 2); }, "4 points, losses [3, 2]");
  refused([](model& m) { m.history.losses = table(4, 3); }, "4 points, losses [4, 3]");
  refused([](model& m) { m.history.weights = table(4, 1); }, "weights [4, 1]");
  refused([](model& m) { m.test.past.ids = {1}, m.test.past_seconds = {1}; }, "the offsets of the test pasts");
  refused([](model& m) { m.links[0].targets.ids[5] = 6; }, "id 6");
  refused([](model& m) { m.links[0].targets.offsets[7] = 3; }, "offsets");
  refused([](model& m) { m.links[0].counts[0] = 0; }, "count of 0");
  refused([](model& m) { m.links[0].to = 2; }, "link 0");
  refused([](model& m) { m.relations[1].from = 9; }, "relation 1");
  refused([](model& m) { m.test.targets[0] = 40; }, "test target is item 40");
  refused([](model& m) { m.test.histories.ids[0] = no_node; }, "test histories");
  refused([](model& m) { m.validation.targets.clear(); }, "validation");
  refused([](model& m) { m.cfg.train.dim = 0; }, "dim");
}

TEST_CASE("what is no model is refused by its name") {
  const temporary_directory dir;
  CHECK_THROWS_AS(load_model(dir.path() / "missing"), io_error);
  CHECK_THROWS_WITH(load_model(dir.path()),
                    Catch::Contains(dir.path().string()) && Catch::Contains("not an m2grl model"));
  write_bytes(dir.path() / "file", "text");
  CHECK_THROWS_AS(load_model(dir.path() / "file"), io_error);
}
