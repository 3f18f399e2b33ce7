/// Every kind of fault in a configuration, with its place.
#include <catch2/catch.hpp>
#include <limits>

#include "config/range_text.hpp"
#include "config_text.hpp"

using namespace m2grl;
using namespace m2grl::test;
using Catch::Matchers::Contains;

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
        "c.toml:8:1: unknown key \"split.zzzzzzzz\"; the keys there are kind, quantile, boundary, "
        "test_events, queries");
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
  CHECK(train("logit_limit = -1") == "c.toml:8:15: train.logit_limit is -1, it must be 0 to 100000");
  CHECK(train("init_scale = 0") == "c.toml:8:14: train.init_scale is 0, it must be 1e-06 to 1000000");
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

TEST_CASE("ranges in words, whichever of their ends there are") {
  constexpr double none = std::numeric_limits<double>::infinity();
  using config_keys::range_text;
  CHECK(range_text({.low = 0, .high = 1, .low_excluded = true}) == "above 0 and at most 1");
  CHECK(range_text({.low = -none, .high = none}) == "a finite number");
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
  for (const std::string delimiter : {"'\"'", "\"\\n\"", "\"\\r\""}) {
    CHECK_THAT(fault("[data]\nsequences = \"s\"\ndelimiter = " + delimiter + "\n[[views]]\nname = \"item\"\n"),
               Contains("neither a quote nor a line end"));
  }
  CHECK_THAT(fault("[data]\nevents = \"e\"\nuser = \"u\"\nitem = \"i\"\n[[data.tables]]\nfile = \"t\"\nkey = \"k\"\n"
                   "delimiter = \"ab\"\n[[views]]\nname = \"item\"\n"),
             Contains("c.toml:8:13: data.tables.0.delimiter is \"ab\""));
}

TEST_CASE("options of a log that need another, and the item view's own column") {
  const std::string log = "[data]\nevents = \"e\"\nuser = \"u\"\nitem = \"i\"\n", item = "[[views]]\nname = \"item\"\n";
  CHECK_THAT(fault(log + "min_dwell_seconds = 2\n" + item),
             Contains("c.toml:5:21: data.min_dwell_seconds is set, but"));
  CHECK_THAT(fault(log + "event_type = \"t\"\n" + item), Contains("c.toml:5:14: data.event_type names a column, but"));
  CHECK(fault(with("column = \"i\"\n")) == "no fault");
  CHECK_THAT(fault(with("table = \"t\"\n")), Contains("the first view is the item view"));
  CHECK(fault(with("[[views]]\nname = \"caf\u00e9\"\ncolumn = \"c\"\n")) == "no fault");
}

TEST_CASE("what is said of a value that is false, and of a key among none like it") {
  CHECK(fault(with("[train]\ndim = false\n")) == "c.toml:8:7: train.dim must be a whole number, not false");
  CHECK_THAT(fault("zzzzzzzzzzzz = 1\n" + with("")),
             Contains("c.toml:1:1: unknown key \"zzzzzzzzzzzz\"; the keys there are"));
  CHECK_THAT(fault_of({{"views.0x.column", "c"}}), Contains("0x"));
  CHECK_THAT(fault_of({{"eval.compose", "3"}}), Contains("\"3\", which is no view"));
  CHECK_THAT(fault_of({{"zzzzzzzzzz.yyyyyyyyy", "3"}}), Contains("unknown key \"zzzzzzzzzz.yyyyyyyyy\""));
  CHECK_THAT(fault(with("[[views]]\nname = \"b\"\ncolumn = \"b\"\n"), {{"views.c.column", "x"}}),
             Contains("(item, b)"));
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
  for (const std::string columns : {"v weight", "u weight"}) {
    CHECK_THAT(fault(graphs("edge_columns = \"" + columns + "\"", "edges = \"e\"", "edges = \"e\"")),
               Contains("\"" + columns + "\" names no column " + (columns[0] == 'u' ? "v" : "u")));
  }
  CHECK_THAT(fault(graphs("", "edges = \"e\"\ntable = \"t\"", "edges = \"e\"")),
             Contains("view \"a\" has both edges and a column or table"));
  for (const std::string log : {"events = \"l\"\nuser = \"u\"\nitem = \"i\"", "sequences = \"l\""}) {
    CHECK_THAT(fault(graphs(log, "edges = \"e\"", "edges = \"e\"")),
               Contains("it comes from data.item, not from an edge list"));
  }
  CHECK_THAT(fault(with("[[views]]\nname = \"g\"\nsequences = \"walks\"\nedges = \"e\"\n"
                        "[[links]]\nfrom = \"item\"\nto = \"g\"\n")),
             Contains("\"item\" and \"g\" cannot be linked"));
  CHECK_THAT(fault(with("[[views]]\nname = \"g\"\nsequences = \"walks\"\nedges = \"e\"\n"
                        "[[links]]\nfrom = \"g\"\nto = \"item\"\n")),
             Contains("\"g\" and \"item\" cannot be linked"));
  CHECK_THAT(fault(graphs("edge_columns = \"u w\"", "edges = \"e\"", "edges = \"e\"")),
             Contains("c.toml:2:16: data.edge_columns: \"w\" is no column of an edge"));
  CHECK_THAT(fault(graphs("edge_columns = \"u v label\"", "edges = \"e\"", "edges = \"e\"")),
             Contains("data.edge_columns names a label"));
  CHECK_THAT(fault(with("[[views]]\nname = \"c\"\ncolumn = \"c\"\nnodes = \"n\"\n")),
             Contains("views.1.nodes is \"n\", but view \"c\" comes from no edge list"));
}
