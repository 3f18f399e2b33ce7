/// Configurations read from TOML: every key, every kind of fault with its place, overrides, and the way back.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <limits>

#include "m2grl/config.hpp"
#include "m2grl/error.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// The least configuration that is valid, then `more`.
std::string with(const std::string& more) {
  return "[data]\nevents = \"e.csv\"\nuser = \"u\"\nitem = \"i\"\n[[views]]\nname = \"item\"\n" + more;
}

using overrides = std::vector<std::pair<std::string, std::string>>;

std::string fault(const std::string& toml, const overrides& set = {}) {
  try {
    (void)parse_config(toml, "c.toml", set);
  } catch (const invalid_input& e) {
    return e.what();
  }
  return "no fault";
}

std::string fault_of(const overrides& set) { return fault(with(""), set); }

}  // namespace

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

namespace {

/// A configuration in which no value is the default.
config unusual() {
  config c;
  c.data.root = "some folder/\"quoted\"";
  c.data.events = "e\\v\tents.csv";
  c.data.delimiter = ";";
  c.data.user = "user 'id'";
  c.data.item = "商品";
  c.data.time = "t";
  c.data.session = "s";
  c.data.dwell = "d";
  c.data.event_type = "kind";
  c.data.unit = time_unit::nanoseconds;
  c.data.event_weights = {{"view", 0}, {"buy now.", 4000000000u}};
  c.data.tables = {{"items.tsv", "id"}, {"shops.csv", "item", "|"}};
  c.data.edge_columns = "- u v type";
  c.data.session_gap_seconds = 0.1;
  c.data.min_dwell_seconds = 1.0 / 3;
  c.data.min_count = 7;
  c.data.max_user_events = 1ull << 40;
  view_config item, category, edges;
  item.name = "item";
  category.name = "category";
  category.column = "cat";
  category.table = "shops.csv";
  category.separator = "|";
  category.directed = true;
  category.merge_repeats = true;
  category.min_count = 3;
  category.sequences = sequence_source::walks;
  category.walks = {walk_kind::node2vec, 11, 41, 0.25, 4};
  edges.name = "graph";
  edges.edges = "edges.txt";
  edges.edge_type = "also bought";
  edges.nodes = "product";
  edges.sequences = sequence_source::walks;
  edges.walks.kind = walk_kind::uniform;
  c.views = {item, category, edges};
  c.links = {{"item", "category", projection_kind::sigmoid, 64, false, false, 0.3}};
  c.split = {split_kind::time, 0.77, -12};
  auto& t = c.train;
  t.dim = 33, t.epochs = 3, t.seed = std::numeric_limits<std::uint64_t>::max(), t.threads = 2, t.deterministic = true;
  t.learning_rate = 0.1 + 0.2, t.min_learning_rate = 1e-300, t.warmup = 0.01, t.optimizer = optimizer_kind::adagrad;
  t.window = 16, t.side = window_side::past, t.size = window_size::fixed, t.negatives = 31;
  t.sampler = negative_sampler::log_uniform, t.alpha = 0.4, t.mask_context_negatives = true, t.subsample = 1e-5;
  t.task_weights = weight_policy::fixed, t.task_weight_rate = 0.06, t.align_rate = 0.7, t.align_matrix_rate = 0.2;
  t.fixed_weights = {{"item", 2}, {"item~category", 0.125}};
  c.eval.compose = {{"item", 2}, {"category", 1.0 / 7}};
  c.eval.k = {1, 50};
  c.eval.history = 9;
  c.eval.decay = 0.9;
  c.eval.input_similarity = 0.25;
  return c;
}

void same(const data_config& a, const data_config& b) {
  CHECK(a.root == b.root);
  CHECK(a.events == b.events);
  CHECK(a.sequences == b.sequences);
  CHECK(a.delimiter == b.delimiter);
  CHECK(a.user == b.user);
  CHECK(a.item == b.item);
  CHECK(a.time == b.time);
  CHECK(a.session == b.session);
  CHECK(a.dwell == b.dwell);
  CHECK(a.event_type == b.event_type);
  CHECK(a.unit == b.unit);
  CHECK(a.event_weights == b.event_weights);
  CHECK(a.edge_columns == b.edge_columns);
  CHECK(a.session_gap_seconds == b.session_gap_seconds);
  CHECK(a.min_dwell_seconds == b.min_dwell_seconds);
  CHECK(a.min_count == b.min_count);
  CHECK(a.max_user_events == b.max_user_events);
  REQUIRE(a.tables.size() == b.tables.size());
  for (std::size_t i = 0; i < a.tables.size(); ++i) {
    CHECK(a.tables[i].file == b.tables[i].file);
    CHECK(a.tables[i].key == b.tables[i].key);
    CHECK(a.tables[i].delimiter == b.tables[i].delimiter);
  }
}

void same(const view_config& a, const view_config& b) {
  CHECK(a.name == b.name);
  CHECK(a.column == b.column);
  CHECK(a.table == b.table);
  CHECK(a.separator == b.separator);
  CHECK(a.edges == b.edges);
  CHECK(a.edge_type == b.edge_type);
  CHECK(a.nodes == b.nodes);
  CHECK(a.directed == b.directed);
  CHECK(a.merge_repeats == b.merge_repeats);
  CHECK(a.min_count == b.min_count);
  CHECK(a.sequences == b.sequences);
  CHECK(a.walks.kind == b.walks.kind);
  CHECK(a.walks.per_node == b.walks.per_node);
  CHECK(a.walks.length == b.walks.length);
  CHECK(a.walks.p == b.walks.p);
  CHECK(a.walks.q == b.walks.q);
}

void same(const link_config& a, const link_config& b) {
  CHECK(a.from == b.from);
  CHECK(a.to == b.to);
  CHECK(a.projection == b.projection);
  CHECK(a.relation_dim == b.relation_dim);
  CHECK(a.shared == b.shared);
  CHECK(a.bias == b.bias);
  CHECK(a.ratio == b.ratio);
}

void same(const train_config& a, const train_config& b) {
  CHECK(a.dim == b.dim);
  CHECK(a.epochs == b.epochs);
  CHECK(a.seed == b.seed);
  CHECK(a.threads == b.threads);
  CHECK(a.deterministic == b.deterministic);
  CHECK(a.learning_rate == b.learning_rate);
  CHECK(a.min_learning_rate == b.min_learning_rate);
  CHECK(a.warmup == b.warmup);
  CHECK(a.optimizer == b.optimizer);
  CHECK(a.window == b.window);
  CHECK(a.side == b.side);
  CHECK(a.size == b.size);
  CHECK(a.negatives == b.negatives);
  CHECK(a.sampler == b.sampler);
  CHECK(a.alpha == b.alpha);
  CHECK(a.mask_context_negatives == b.mask_context_negatives);
  CHECK(a.subsample == b.subsample);
  CHECK(a.task_weights == b.task_weights);
  CHECK(a.task_weight_rate == b.task_weight_rate);
  CHECK(a.align_rate == b.align_rate);
  CHECK(a.align_matrix_rate == b.align_matrix_rate);
  CHECK(a.fixed_weights == b.fixed_weights);
  CHECK(a.patience == b.patience);
}

void same(const config& a, const config& b) {
  same(a.data, b.data);
  REQUIRE(a.views.size() == b.views.size());
  for (std::size_t v = 0; v < a.views.size(); ++v) same(a.views[v], b.views[v]);
  REQUIRE(a.links.size() == b.links.size());
  for (std::size_t l = 0; l < a.links.size(); ++l) same(a.links[l], b.links[l]);
  CHECK(a.split.kind == b.split.kind);
  CHECK(a.split.quantile == b.split.quantile);
  CHECK(a.split.boundary == b.split.boundary);
  same(a.train, b.train);
  REQUIRE(a.eval.compose.size() == b.eval.compose.size());
  for (std::size_t p = 0; p < a.eval.compose.size(); ++p) {
    CHECK(a.eval.compose[p].view == b.eval.compose[p].view);
    CHECK(a.eval.compose[p].weight == b.eval.compose[p].weight);
  }
  CHECK(a.eval.k == b.eval.k);
  CHECK(a.eval.history == b.eval.history);
  CHECK(a.eval.decay == b.eval.decay);
  CHECK(a.eval.input_similarity == b.eval.input_similarity);
}

}  // namespace

TEST_CASE("to_toml: every key comes back, bit for bit") {
  config c = unusual();
  same(parse_config(to_toml(c), "c.toml"), c);

  c.data.events.clear();  // the keys that exclude one another
  c.data.sequences = "walks.txt";
  c.data.event_type.clear();
  c.data.event_weights.clear();
  c.split = {split_kind::last, 0.5, std::nullopt};
  c.train.patience = 4;
  same(parse_config(to_toml(c), "c.toml"), c);

  const config least = parse_config(with(""), "c.toml");
  same(parse_config(to_toml(least), "c.toml"), least);
}

TEST_CASE("unknown keys: the nearest known one, with line and column") {
  CHECK(fault(with("[train]\ndmi = 3\n")) == "c.toml:8:1: unknown key \"train.dmi\"; did you mean \"train.dim\"?");
  CHECK(fault(with("[train]\n  learning_rat = 3\n")) ==
        "c.toml:8:3: unknown key \"train.learning_rat\"; did you mean \"train.learning_rate\"?");
  CHECK(fault(with("[train]\nepoch = 3\n")) ==
        "c.toml:8:1: unknown key \"train.epoch\"; did you mean \"train.epochs\"?");
  CHECK(fault(with("[trian]\ndim = 3\n")) == "c.toml:7:2: unknown key \"trian\"; did you mean \"train\"?");
  CHECK(fault(with("[[views]]\nname = \"c\"\ncolum = \"c\"\n")) ==
        "c.toml:9:1: unknown key \"views.1.colum\"; did you mean \"views.column\"?");
  CHECK(fault(with("[views.walks]\nlenght = 3\n")) ==
        "c.toml:8:1: unknown key \"views.0.walks.lenght\"; did you mean \"views.walks.length\"?");
  // A known key in the wrong table.
  CHECK(fault("dim = 3\n" + with("")) == "c.toml:1:1: unknown key \"dim\"; did you mean \"train.dim\"?");
  CHECK(fault(with("[eval]\npatience = 3\n")) ==
        "c.toml:8:1: unknown key \"eval.patience\"; did you mean \"train.patience\"?");
  // Nothing near: what the table knows.
  CHECK(fault(with("[split]\nzzzzzzzz = 3\n")) ==
        "c.toml:8:1: unknown key \"split.zzzzzzzz\"; the keys there are kind, quantile, boundary");
}

TEST_CASE("wrong types: key, expected type, place") {
  CHECK(fault(with("[train]\ndim = \"64\"\n")) ==
        "c.toml:8:7: train.dim must be a whole number, not the string \"64\"");
  CHECK(fault(with("[train]\ndim = 64.5\n")) == "c.toml:8:7: train.dim must be a whole number, not 64.5");
  CHECK(fault(with("[train]\nalpha = true\n")) == "c.toml:8:9: train.alpha must be a number, not true");
  CHECK(fault(with("[train]\ndeterministic = 1\n")) == "c.toml:8:17: train.deterministic must be true or false, not 1");
  CHECK(fault(with("[train]\nside = 1\n")) == "c.toml:8:8: train.side must be a string, not 1");
  CHECK(fault(with("[train]\nfixed_weights = 1\n")) ==
        "c.toml:8:17: train.fixed_weights must be a table of numbers, not 1");
  CHECK(fault(with("[eval]\nk = 10\n")) == "c.toml:8:5: eval.k must be a list of whole numbers, not 10");
  CHECK(fault(with("[eval]\nk = [10, \"x\"]\n")) == "c.toml:8:5: eval.k must be a whole number, not the string \"x\"");
  CHECK_THAT(fault(with("[eval]\ncompose = 1\n")), Contains("c.toml:8:11: eval.compose must be a string such as"));
  CHECK(fault("train = 3\n") == "c.toml:1:9: train must be a table, not 3");
  CHECK(fault("views = {name = \"x\"}\n") == "c.toml:1:9: views must be a list of tables ([[views]]), not a table");
  CHECK(fault(with("[split]\nboundary = 2020-01-01\n")) ==
        "c.toml:8:12: split.boundary must be a whole number, not a date or time");
}

TEST_CASE("ranges, with the place of the value") {
  const auto train = [](const std::string& line) { return fault(with("[train]\n" + line + "\n")); };
  CHECK(train("dim = 0") == "c.toml:8:7: train.dim is 0, it must be 1 to 1024");
  CHECK(train("dim = 1025") == "c.toml:8:7: train.dim is 1025, it must be 1 to 1024");
  CHECK(train("dim = -3") == "c.toml:8:7: train.dim is -3, it must be 1 to 1024");
  CHECK(train("dim = 5000000000") == "c.toml:8:7: train.dim is 5000000000, it must be 1 to 1024");
  CHECK(train("patience = 5000000000") == "c.toml:8:12: train.patience is 5000000000, it must be 0 to 4294967295");
  CHECK(train("seed = -1") == "c.toml:8:8: train.seed is -1, it must be a finite number >= 0");
  CHECK(train("epochs = 0") == "c.toml:8:10: train.epochs is 0, it must be 1 to 1000000");
  CHECK(train("window = 17") == "c.toml:8:10: train.window is 17, it must be 1 to 16");
  CHECK(train("negatives = 32") == "c.toml:8:13: train.negatives is 32, it must be 1 to 31");
  for (const std::string key : {"learning_rate", "task_weight_rate", "align_rate"}) {
    for (const std::string value : {"0", "-0.5", "nan", "inf", "0.0"}) {
      CHECK_THAT(train(key + " = " + value),
                 Contains("train." + key + " is ") && Contains("it must be a finite number > 0"));
    }
  }
  CHECK(train("warmup = 1") == "c.toml:8:10: train.warmup is 1, it must be at least 0 and below 1");
  CHECK(train("min_learning_rate = 0.5") ==
        "c.toml:8:21: train.min_learning_rate is 0.5, it must be at most train.learning_rate (0.025)");
  for (const std::string value : {"0", "-1", "nan"}) {
    CHECK_THAT(train("fixed_weights = {item = " + value + "}"), Contains("c.toml:8:17: train.fixed_weights.item is "));
    CHECK_THAT(fault(with("[eval]\ncompose = \"item:" + value + "\"\n")),
               Contains("c.toml:8:11: eval.compose: the weight of view \"item\" is \"" + value + "\""));
  }
  CHECK(fault(with("[eval]\ndecay = 1.5\n")) == "c.toml:8:9: eval.decay is 1.5, it must be 0 to 1");
  CHECK(fault(with("[eval]\nk = [10, 0]\n")) == "c.toml:8:5: eval.k is 0, it must be 1 to 1000000000");
  CHECK(fault(with("[split]\nquantile = 1.0\n")) == "c.toml:8:12: split.quantile is 1, it must be above 0 and below 1");
  CHECK_THAT(fault(with("walks = {p = 0}\n")),
             Contains("c.toml:7:14: views.0.walks.p is 0, it must be a finite number > 0"));
  CHECK_THAT(fault("[data]\nevent_weights = {buy = -1}\n"), Contains("c.toml:2:17: data.event_weights.buy is -1"));
  CHECK_THAT(fault("[train]\nseed = 99999999999999999999\n"), Contains("c.toml:2:"));
}

TEST_CASE("enumerations: the valid values, and the nearest") {
  CHECK(fault(with("[train]\nside = \"pasts\"\n")) ==
        "c.toml:8:8: train.side is \"pasts\", it must be one of \"both\", \"past\"; did you mean \"past\"?");
  CHECK(fault(with("[split]\nkind = \"xyz\"\n")) ==
        "c.toml:8:8: split.kind is \"xyz\", it must be one of \"none\", \"last\", \"time\"");
}

TEST_CASE("TOML that does not parse names its place") {
  CHECK_THAT(fault("[data]\nevents = \n"), Contains("c.toml:2:"));
  CHECK_THAT(fault("[data]\nuser = \"a\"\nuser = \"b\"\n"), Contains("c.toml:3:"));
}

TEST_CASE("names that refer to nothing, and keys that contradict one another") {
  CHECK(fault("[[views]]\nname = \"g\"\nedges = \"e\"\nsequences = \"walks\"\n[[views]]\nname = \"item\"\n") ==
        "c.toml:5:1: view \"item\" needs a log (data.events or data.sequences) or edges");
  CHECK_THAT(fault("[data]\nevents = \"e\"\nuser = \"u\"\n[[views]]\nname = \"item\"\n"),
             Contains("data.item does not name"));
  CHECK_THAT(fault("[data]\nevents = \"e\"\nitem = \"i\"\n[[views]]\nname = \"item\"\n"),
             Contains("neither data.user nor data.session"));
  CHECK(fault(with("[[views]]\nname = \"item\"\ncolumn = \"c\"\n")) == "c.toml:8:8: two views are named \"item\"");
  CHECK_THAT(fault(with("[[views]]\nname = \"a/b\"\ncolumn = \"c\"\n")),
             Contains("c.toml:8:8: views.1.name is \"a/b\""));
  CHECK_THAT(fault(with("[[views]]\ncolumn = \"c\"\n")), Contains("c.toml:7:1: views.1.name is empty"));
  CHECK_THAT(fault(with("[[views]]\nname = \"c\"\n")), Contains("c.toml:7:1: view \"c\" names no column"));
  CHECK_THAT(fault(with("column = \"other\"\n")), Contains("c.toml:7:10: the first view is the item view"));
  CHECK_THAT(fault(with("[[views]]\nname = \"c\"\ncolumn = \"c\"\ntable = \"t.csv\"\n")),
             Contains("c.toml:10:9: view \"c\" names table \"t.csv\", which [[data.tables]] does not list"));
  CHECK_THAT(fault(with("[[views]]\nname = \"g\"\nedges = \"g.txt\"\n")), Contains("set sequences = \"walks\""));
  CHECK(
      fault(with("[[views]]\nname = \"category\"\ncolumn = \"c\"\n[[links]]\nfrom = \"item\"\nto = \"categroy\"\n")) ==
      "c.toml:12:6: links.0.to is \"categroy\", which is no view; did you mean \"category\"?");
  CHECK_THAT(fault(with("[[links]]\nfrom = \"item\"\nto = \"item\"\n")),
             Contains("c.toml:9:6: links.0 links view \"item\" to itself"));
  CHECK_THAT(fault(with("[[links]]\nfrom = \"item\"\n")), Contains("c.toml:7:1: links.0.to names no view"));
  CHECK_THAT(fault(with("[eval]\ncompose = \"item,brand\"\n")),
             Contains("c.toml:8:11: eval.compose is \"brand\", which is no view"));
  CHECK_THAT(fault(with("[eval]\ncompose = \"item,item\"\n")), Contains("names view \"item\" twice"));
  CHECK_THAT(fault(with("[train]\nfixed_weights = {itme = 2}\n")),
             Contains("c.toml:8:17: train.fixed_weights names \"itme\""));
  CHECK_THAT(fault(with("[train]\npatience = 2\n")), Contains("c.toml:8:12: train.patience needs validation queries"));
  CHECK_THAT(fault(with("[split]\nkind = \"time\"\n")),
             Contains("c.toml:8:8: split.kind is \"time\", but data.time names no column"));
  CHECK_THAT(fault("[data]\nevents = \"e\"\nsequences = \"s\"\n[[views]]\nname = \"item\"\n"),
             Contains("c.toml:3:13: data.events and data.sequences"));
  CHECK_THAT(fault("[data]\nsequences = \"s\"\ndelimiter = \"ab\"\n[[views]]\nname = \"item\"\n"),
             Contains("c.toml:3:13: data.delimiter"));
  CHECK_THAT(fault("[data]\nevents = \"e\"\nuser = \"u\"\nitem = \"i\"\n[[data.tables]]\nfile = \"t\"\nkey = \"k\"\n"
                   "delimiter = \"ab\"\n[[views]]\nname = \"item\"\n"),
             Contains("c.toml:8:13: data.tables.0.delimiter is \"ab\""));
  // Data in memory: nothing to read it from, which only a run on files needs.
  config in_memory;
  CHECK_THROWS_WITH(validate(in_memory), "the configuration has no [[views]]");
  in_memory.views.resize(2);
  in_memory.views[0].name = "item";
  in_memory.views[1].name = "shop";
  CHECK_THROWS_WITH(validate(in_memory), Contains("view \"item\" needs a log"));
  same(parse_config(to_toml(in_memory), "c.toml"), in_memory);
  same(parse_config(to_toml(config{}), "c.toml"), config{});
  CHECK_NOTHROW(validate(unusual()));
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

TEST_CASE("views from edge lists: columns, types, shared nodes") {
  const auto graphs = [](const std::string& data, const std::string& first, const std::string& second,
                         const std::string& more = "") {
    const auto view = [](const std::string& name, const std::string& keys) {
      return "[[views]]\nname = \"" + name + "\"\nsequences = \"walks\"\n" + keys + "\n";
    };
    return "[data]\n" + data + "\n" + view("a", first) + view("b", second) + more;
  };
  const std::string link = "[[links]]\nfrom = \"a\"\nto = \"b\"\n", compose = "[eval]\ncompose = \"a,b\"\n";
  const std::string typed = "edge_columns = \"type u v\"";
  const config cfg = parse_config(
      graphs(typed, "edges = \"e\"\nedge_type = \"1\"", "edges = \"e\"\nedge_type = \"2\"", link + compose), "c.toml");
  CHECK(cfg.data.edge_columns == "type u v");
  CHECK(cfg.views[1].edge_type == "2");
  CHECK_NOTHROW(parse_config(graphs("", "edges = \"e\"\nnodes = \"n\"", "edges = \"f\"\nnodes = \"n\"", link), "c"));

  const auto apart = graphs("", "edges = \"e\"", "edges = \"f\"", link);
  CHECK_THAT(fault(apart), Contains("c.toml:11:1: \"a\" and \"b\" cannot be linked"));
  CHECK_THAT(fault(graphs("", "edges = \"e\"\nnodes = \"n\"", "edges = \"e\"", link)), Contains("cannot be linked"));
  CHECK_THAT(fault(graphs("", "edges = \"e\"", "edges = \"f\"", compose)), Contains("edge list of other nodes"));
  CHECK_THAT(
      fault(graphs("", "edges = \"e\"\nedge_type = \"1\"", "edges = \"e\"")),
      Contains("c.toml:7:13: view \"a\" asks for edges of type \"1\", but data.edge_columns names no type column"));
  CHECK_THAT(fault(graphs("edge_columns = \"u w\"", "edges = \"e\"", "edges = \"e\"")),
             Contains("c.toml:2:16: data.edge_columns: \"w\" is no column of an edge"));
  CHECK_THAT(fault(graphs("edge_columns = \"u v label\"", "edges = \"e\"", "edges = \"e\"")),
             Contains("data.edge_columns names a label"));
  CHECK_THAT(fault(with("[[views]]\nname = \"c\"\ncolumn = \"c\"\nnodes = \"n\"\n")),
             Contains("views.1.nodes is \"n\", but view \"c\" comes from no edge list"));
}
