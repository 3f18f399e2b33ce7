/// Configurations read from TOML: files, overrides, compositions.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "config_text.hpp"

using namespace m2grl;
using namespace m2grl::test;
using Catch::Matchers::Contains;

TEST_CASE("a small configuration: what is given is read, the rest keeps its default") {
  const config cfg = parse_config(R"(
# a comment
[data]
events = "events.csv.gz"
user = "user_id"
item = "item_id"
time = "timestamp"
session_gap_seconds = 0       # a whole number where a real one is expected
unit = "milliseconds"
event_type = "kind"
event_weights = {view = 1, buy = 5}

[[data.tables]]
file = "items.csv"
key = "item_id"

[[views]]
name = "item"

[[views]]
name = "category"
column = "category_id"
table = "items.csv"
sequences = "walks"
walks = {kind = "node2vec", p = 0.5}

[[links]]
from = "item"
to = "category"
projection = "sigmoid"

[split]
kind = "last"

[train]
side = "past"
size = "fixed"
sampler = "log_uniform"
task_weights = "raw"
learning_rate = 5e-2

[eval]
compose = "item,category:0.5"
k = [5]
)",
                                  "c.toml");
  CHECK(cfg.data.events == "events.csv.gz");
  CHECK(cfg.data.session_gap_seconds == 0);
  CHECK(cfg.data.unit == time_unit::milliseconds);
  CHECK(cfg.data.event_weights == std::map<std::string, std::uint32_t>{{"view", 1}, {"buy", 5}});
  REQUIRE(cfg.data.tables.size() == 1);
  CHECK(cfg.data.tables[0].key == "item_id");
  REQUIRE(cfg.views.size() == 2);
  CHECK(cfg.views[1].column == "category_id");
  CHECK(cfg.views[1].sequences == sequence_source::walks);
  CHECK(cfg.views[1].walks.kind == walk_kind::node2vec);
  CHECK(cfg.views[1].walks.p == 0.5);
  CHECK(cfg.views[1].walks.q == 1);
  REQUIRE(cfg.links.size() == 1);
  CHECK(cfg.links[0].projection == projection_kind::sigmoid);
  CHECK(cfg.links[0].ratio == 1);
  CHECK(cfg.split.kind == split_kind::last);
  CHECK(cfg.train.side == window_side::past);
  CHECK(cfg.train.size == window_size::fixed);
  CHECK(cfg.train.sampler == negative_sampler::log_uniform);
  CHECK(cfg.train.task_weights == weight_policy::raw);
  CHECK(cfg.train.learning_rate == 0.05);
  CHECK(cfg.train.dim == 128);
  REQUIRE(cfg.eval.compose.size() == 2);
  CHECK(cfg.eval.compose[0].weight == 1);
  CHECK(cfg.eval.compose[1].view == "category");
  CHECK(cfg.eval.compose[1].weight == 0.5);
  CHECK(cfg.eval.k == std::vector<std::uint32_t>{5});
}

TEST_CASE("overrides: the same checks, in the place \"--set KEY\"") {
  const std::string toml = with("[[views]]\nname = \"category\"\ncolumn = \"c\"\n[train]\ndim = 16\n");
  const config cfg = parse_config(toml, "c.toml",
                                  {{"train.dim", "64"},
                                   {"views.1.merge_repeats", "true"},
                                   {"views.category.min_count", "4"},
                                   {"views.category.walks.p", "0.5"},
                                   {"train.side", "past"},
                                   {"train.sampler", "\"uniform\""},
                                   {"data.time", "2020"},
                                   {"data.delimiter", ";"},
                                   {"data.session", ""},
                                   {"eval.k", "5,50"},
                                   {"eval.compose", "item,category:0.5"},
                                   {"split.kind", "last"},
                                   {"split.boundary", "-5"},
                                   {"train.fixed_weights.item", "2"},
                                   {"train.learning_rate", "1"}});
  CHECK(cfg.train.dim == 64);
  CHECK(cfg.views[1].merge_repeats);
  CHECK_FALSE(cfg.views[0].merge_repeats);
  CHECK(cfg.views[1].min_count == 4);
  CHECK(cfg.views[1].walks.p == 0.5);
  CHECK(cfg.train.side == window_side::past);
  CHECK(cfg.train.sampler == negative_sampler::uniform);
  CHECK(cfg.data.time == "2020");
  CHECK(cfg.data.delimiter == ";");
  CHECK(cfg.data.session.empty());
  CHECK(cfg.eval.k == std::vector<std::uint32_t>{5, 50});
  CHECK(cfg.eval.compose.size() == 2);
  CHECK(cfg.split.kind == split_kind::last);
  CHECK(cfg.split.boundary == -5);
  CHECK(cfg.train.fixed_weights.at("item") == 2);
  CHECK(cfg.train.learning_rate == 1);

  CHECK(fault_of({{"train.dim", "0"}}) == "--set train.dim: train.dim is 0, it must be 1 to 1024");
  CHECK(fault_of({{"train.dim", "big"}}) ==
        "--set train.dim: train.dim must be a whole number, not the string \"big\"");
  CHECK(fault_of({{"train.dmi", "1"}}) == "--set train.dmi: unknown key \"train.dmi\"; did you mean \"train.dim\"?");
  CHECK(fault_of({{"dim", "1"}}) == "--set dim: unknown key \"dim\"; did you mean \"train.dim\"?");
  CHECK_THAT(fault_of({{"views.brand.min_count", "2"}}),
             Contains("there is no views.brand; views has 1 entries (item)"));
  CHECK_THAT(fault_of({{"views.7.min_count", "2"}}), Contains("there is no views.7"));
  CHECK_THAT(fault_of({{"train", "2"}}), Contains("train is a table; name one of its keys"));
  CHECK_THAT(fault_of({{"views", "2"}}), Contains("views is a list of tables"));
  CHECK_THAT(fault_of({{"train.dim.x", "2"}}), Contains("train.dim is a value, it has no keys"));
  CHECK_THAT(fault_of({{"", "2"}}), Contains("the name of the key is empty"));
  CHECK_THAT(fault_of({{"train.side", "pst"}}),
             Contains("--set train.side: train.side is \"pst\"") && Contains("did you mean \"past\"?"));
  CHECK_THAT(fault_of({{"eval.compose", "brand"}}),
             Contains("--set eval.compose: eval.compose is \"brand\", which is no view"));
  CHECK_THAT(fault_of({{"train.dim", "8\nseed = 4"}}), Contains("--set train.dim: train.dim must be a whole number"));
}

TEST_CASE("compositions") {
  const auto parts = parse_compose("item, category:0.5 ,brand:2e-1");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].view == "item");
  CHECK(parts[0].weight == 1);
  CHECK(parts[1].view == "category");
  CHECK(parts[1].weight == 0.5);
  CHECK(parts[2].weight == 0.2);
  for (const char* bad :
       {"", ",", "item,", "item:", "item:x", "item:0", "item:-1", "item:nan", "item:inf", ":1", "item:1:2"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_compose(bad), invalid_input);
  }
}

TEST_CASE("load_config: the folder of the file is where the data lies") {
  const auto folder = std::filesystem::temp_directory_path() / "m2grl_config_test";
  std::filesystem::create_directories(folder);
  const auto file = folder / "run.toml";
  std::ofstream(file) << with("");
  CHECK(load_config(file).data.root == folder / "");
  CHECK(load_config(file, {{"data.root", "sub"}}).data.root == folder / "sub");
  CHECK(load_config(file, {{"data.root", "/elsewhere"}}).data.root == "/elsewhere");
  std::ofstream(file) << with("[train]\ndim = 0\n");
  CHECK_THROWS_WITH(load_config(file), file.string() + ":8:7: train.dim is 0, it must be 1 to 1024");
  std::ofstream(file) << "[train]\ndim = 8\n";
  CHECK_THROWS_WITH(load_config(file), file.string() + ": the configuration has no [[views]]");
  CHECK_THROWS_AS(load_config(folder / "absent.toml"), io_error);
  CHECK_THROWS_AS(load_config(folder), io_error);
  std::filesystem::remove_all(folder);
}
