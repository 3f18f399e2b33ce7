// Every input that cannot be used is refused with its file, line and column.

#include <cmath>

#include "files.hpp"
#include "m2grl/dataset.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

struct bad_input : file_tree {
  config cfg;

  bad_input() {
    cfg.data.root = path();
    cfg.data.events = "events.csv";
    cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "time";
    cfg.views.resize(1);
    cfg.views[0].name = "item";
  }
  /// The message on a log, with its place; the columns are user,item,time,type,dwell.
  std::string on_log(const std::string& events) {
    write("events.csv", events);
    return placed(fault_of([&] { (void)load_dataset(cfg); }), path() / "events.csv");
  }
  /// The message that names no file.
  std::string plain() {
    const invalid_input fault = fault_of([&] { (void)load_dataset(cfg); });
    CHECK(fault.place().file.empty());
    return fault.what();
  }
  std::string plain_on_log(const std::string& events) {
    write("events.csv", events);
    return plain();
  }
  void add_category_table() {
    cfg.data.tables.push_back({"items.csv", "id", ""});
    cfg.views.resize(2);
    cfg.views[1].name = "category";
    cfg.views[1].table = "items.csv";
    cfg.views[1].column = "category";
  }
  std::string on_table(const std::string& items) {
    write("events.csv", good);
    write("items.csv", items);
    return placed(fault_of([&] { (void)load_dataset(cfg); }), path() / "items.csv");
  }
  std::string on_edges(const std::string& edges) {
    cfg.data.events.clear();
    cfg.views[0].edges = "edges.txt";
    write("edges.txt", edges);
    const std::uint32_t workers[] = {1, 3};
    std::string messages[2];
    for (int i = 0; i < 2; ++i) {
      cfg.train.threads = workers[i];
      messages[i] = placed(fault_of([&] { (void)load_dataset(cfg); }), path() / "edges.txt");
    }
    CHECK(messages[0] == messages[1]);
    return messages[0];
  }

  static constexpr const char* header = "user,item,time,type,dwell\n";
  static inline const std::string good = std::string(header) + "1,a,1,view,3\n1,b,2,view,0.5\n";
};

}  // namespace

TEST_CASE_METHOD(bad_input, "the log: files, columns, fields") {
  CHECK_THROWS_AS(load_dataset(cfg), io_error);
  CHECK_THROWS_WITH(load_dataset(cfg),
                    Catch::Contains((path() / "events.csv").string()) && Catch::Contains("No such file"));
  CHECK(on_log("") == " the file is empty: it has no header line");
  CHECK(on_log(header) == " the log holds no events");
  CHECK(on_log("user,time\n1,2\n") == "1: there is no column \"item\" (item); the columns are \"user\", \"time\"");
  CHECK(on_log("user;item;time\n1;2;3\n") ==
        "1: there is no column \"user\" (user); the columns are \"user;item;time\"; the line seems to be split by ';', "
        "not by "
        "',': set data.delimiter");
  CHECK_THAT(on_log("user item time\n1 2 3\n"), Catch::EndsWith("split by a space, not by ',': set data.delimiter"));
  CHECK(on_log(good + "1,a\n") == "4:4: a value is missing: the line has 2 of the header's 5 fields");
  CHECK(on_log(good + "1,a,2,view,3,4\n") == "4:14: the line has more fields than the header, which has 5");
  CHECK(on_log(good + ",a,3,view,1\n") == "4:1: a value is missing: column \"user\" is empty");
  CHECK(on_log(good + "1,,3,view,1\n") == "4:3: a value is missing: column \"item\" is empty");
  CHECK(on_log(good + "1,\"\",3,view,1\n") == "4:3: a value is missing: column \"item\" is empty");
}

TEST_CASE_METHOD(bad_input, "the log: times") {
  const auto message = [&](const std::string& time) { return on_log(good + "1,a," + time + ",view,1\n"); };
  const std::string hint =
      " is not a whole number (data.unit says of what: seconds, milliseconds, microseconds or nanoseconds)";
  for (const char* time : {"123.5", "1.5e9", "2017-10-01T00:00:00Z", "1e9", "", "+5", " 5", "5 ", "0x1F", "nan", "-"}) {
    CHECK(message(time) == std::string("4:5: time \"") + time + "\"" + hint);
  }
  for (const char* time :
       {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999"}) {
    CHECK(message(time) == std::string("4:5: time \"") + time + "\" exceeds 64 bits");
  }
  CHECK(message(std::string(60, 'x')) == "4:5: time \"" + std::string(40, 'x') + "…\"" + hint);
  write("events.csv", good + "1,a,-9223372036854775808,view,1\n1,b,9223372036854775807,view,1\n");
  CHECK_NOTHROW(load_dataset(cfg));
}

TEST_CASE_METHOD(bad_input, "the log: dwell and event types") {
  cfg.data.dwell = "dwell";
  cfg.data.min_dwell_seconds = 1;
  for (const char* dwell : {"nan", "-nan", "inf", "-inf", "-1", "", "1s", "1,5"}) {
    CHECK_THAT(on_log(good + "1,a,3,view,\"" + dwell + "\"\n"),
               Catch::StartsWith(std::string("4:12: dwell \"") + dwell + "\" is not a finite number >= 0"));
  }
  CHECK(plain_on_log(header + std::string("1,a,1,view,0.5\n1,b,2,view,0.9\n")) ==
        "every one of the 2 events is dropped (dwell below 1 s: 2)");
  cfg.data.dwell.clear();
  CHECK(plain_on_log(good) == "data.min_dwell_seconds is set, but data.dwell names no column");
  cfg.data.min_dwell_seconds = 0;

  cfg.data.event_weights = {{"view", 0}, {"buy", 2}};
  CHECK(plain_on_log(good) == "data.event_weights is set, but data.event_type names no column");
  cfg.data.event_type = "type";
  CHECK(on_log(good + "1,a,3,gift,1\n") == "4:7: event type \"gift\" has no weight in data.event_weights");
  CHECK(on_log(good + "1,a,3,,1\n") == "4:7: event type \"\" has no weight in data.event_weights");
  CHECK(plain_on_log(good) == "every one of the 2 events is dropped (event type of weight 0: 2)");
}

TEST_CASE_METHOD(bad_input, "the log: nothing left to train on, nothing to split") {
  CHECK(plain_on_log(std::string(header) + "1,a,1,view,1\n2,b,1,view,1\n") ==
        "none of the 2 sessions of 2 training events has two of them: there is nothing to train on");
  CHECK(plain_on_log(std::string(header) + "1,a,1,view,1\n1,b,9999,view,1\n") ==
        "none of the 2 sessions of 2 training events has two of them: there is nothing to train on");
  cfg.data.max_user_events = 1;
  CHECK(plain_on_log(good) == "every one of the 2 events is dropped (user with more than 1 training events: 2)");
  cfg.data.max_user_events = 0;
  cfg.data.min_count = 2;
  CHECK(plain_on_log(good) == "view \"item\" has no node that occurs in training");
  cfg.data.min_count = 1;
  cfg.split.kind = split_kind::time;
  for (const double quantile : {-0.1, 1.5, std::nan("")}) {
    cfg.split.quantile = quantile;
    CHECK_THAT(plain_on_log(good), Catch::Contains("it must lie between 0 and 1"));
  }
  cfg.split.quantile = 0;
  CHECK(plain_on_log(good) ==
        "none of the 0 sessions of 0 training events has two of them: there is nothing to train on");
  cfg.data.time.clear();
  CHECK(plain_on_log(good) == "split.kind is \"time\", but data.time names no column");
}

#ifdef M2GRL_HAS_ZLIB
TEST_CASE_METHOD(bad_input, "the log: compressed data that is cut short") {
  std::string packed = gzip(good);
  CHECK(on_log(packed.substr(0, packed.size() - 3)) == " the gzip data is cut short");
}
#endif
#ifdef M2GRL_HAS_ZSTD
TEST_CASE_METHOD(bad_input, "the log: zstd data that is cut short") {
  std::string packed = zstd(good);
  CHECK(on_log(packed.substr(0, packed.size() - 3)) == " the zstd data is cut short");
}
#endif

TEST_CASE_METHOD(bad_input, "attribute tables") {
  add_category_table();
  write("events.csv", good);
  CHECK_THROWS_WITH(load_dataset(cfg),
                    Catch::Contains((path() / "items.csv").string()) && Catch::Contains("No such file"));
  CHECK(on_table("id,colour\na,red\n") ==
        "1: there is no column \"category\" (view); the columns are \"id\", \"colour\"");
  CHECK(on_table("item,category\na,1\n") ==
        "1: there is no column \"id\" (key); the columns are \"item\", \"category\"");
  CHECK(on_table("id;category\na;1\n") ==
        "1: there is no column \"id\" (key); the columns are \"id;category\"; the line seems to be split by ';', not "
        "by ',': set "
        "the delimiter of data.tables");
  CHECK(on_table("id,category\na,1\nb,2\na,1\n") == "4:1: key \"a\" occurs twice");
  CHECK(on_table("category,id\n1,a\n2,\n") == "3:3: a value is missing: key \"id\" is empty");
  CHECK(on_table("id,category\na,1\nb\n") == "3:2: a value is missing: the line has 1 of the header's 2 fields");
  write("items.csv", "id,category\nnever clicked,1\n");
  CHECK(plain() == "view \"category\" has no node that occurs in training");
  cfg.views[1].table = "other.csv";
  CHECK(plain() == "view \"category\" names table \"other.csv\", which data.tables does not list");
}

TEST_CASE_METHOD(bad_input, "edge lists") {
  const std::string edges = "# from to\n1 2\n2 3\n";
  CHECK(on_edges("") == " the file holds no edges");
  CHECK(on_edges("# nothing\n\n") == " the file holds no edges");
  CHECK(on_edges(edges + "4\n") == "4:1: an edge is \"u v\" or \"u v weight\", not 1 field");
  CHECK(on_edges(edges + "4 5 6 7\n") == "4:1: an edge is \"u v\" or \"u v weight\", not 4 fields");
  CHECK(on_edges(edges + "4 5 1.5\n") == "4:1: some edges have a weight and others have none");
  for (const char* weight : {"0", "-1", "nan", "inf", "1e400", "x", "0x1"}) {
    CHECK(on_edges(std::string("a b 1.5\n\nb\tc\t") + weight + "\n") ==
          std::string("3:5: edge weight \"") + weight + "\" is not a finite number > 0");
  }
  CHECK(on_edges(std::string("1 2\n3 \0\n", 8)) == "2:3: there is a NUL byte: the file is not UTF-8 text");
}

TEST_CASE_METHOD(bad_input, "edge lists with columns") {
  cfg.data.edge_columns = "type u v";
  cfg.views[0].edge_type = "1";
  const std::string edges = "# type from to\n1 a b\n";
  CHECK(on_edges(edges + "1 a\n") == "3:1: an edge is \"type u v\", not 2 fields");
  CHECK(on_edges(edges + "1 a b 1\n") == "3:1: an edge is \"type u v\", not 4 fields");
  CHECK(on_edges("2 a b\n3 b c\n") == " view \"item\" asks for edges of type \"1\"; the types are \"2\", \"3\"");
  std::string many = edges;
  for (int type = 2; type < 14; ++type) many += std::to_string(type) + " a b\n";
  cfg.views[0].edge_type = "99";
  CHECK_THAT(on_edges(many), Catch::EndsWith("\"9\", \"10\" and 3 more"));
  cfg.views[0].edge_type = "1";
  cfg.data.edge_columns = "type u v";
  for (int column = 0; column < 100; ++column) cfg.data.edge_columns += " -";
  CHECK_THAT(plain(), Catch::StartsWith("103 columns of an edge, at most "));
  cfg.data.edge_columns = "weight u v type";
  CHECK(on_edges("1 a b 1\nx a b 1\n") == "2:1: edge weight \"x\" is not a finite number > 0");
  write("edges.txt", "1 a b 1\n");
  cfg.data.edge_columns = "u v";
  CHECK(plain() == "view \"item\" asks for edges of type \"1\", but data.edge_columns names no type column");
  cfg.data.edge_columns = "u v w";
  CHECK(plain() ==
        "\"w\" is no column of an edge: they are u, v, type, weight, label and \"-\" for one that is passed over");
  cfg.data.edge_columns = "u v u";
  CHECK(plain() == "\"u v u\" names column u twice");
  cfg.data.edge_columns = "u type";
  CHECK(plain() == "\"u type\" names no column v");
}

TEST_CASE_METHOD(bad_input, "edges with and without weights in different blocks") {
  std::string edges;
  for (int i = 0; i < 200000; ++i) edges += std::to_string(i) + "," + std::to_string(i + 1) + ",2\n";
  CHECK(on_edges(edges + "# no weight from here on\n\n5,7\n") ==
        "200003:1: some edges have a weight and others have none");
}

TEST_CASE_METHOD(bad_input, "sources that contradict each other") {
  cfg.data.sequences = "s.txt";
  CHECK(plain_on_log(good) == "both data.events and data.sequences name a file");
  cfg.data.events.clear();
  write("s.txt", " \n\n");
  CHECK(placed(fault_of([&] { (void)load_dataset(cfg); }), path() / "s.txt") == " the file holds no sequences");
  write("s.txt", "a b\n");
  cfg.views.resize(2);
  cfg.views[1].name = "category";
  CHECK(plain() == "view \"category\" names neither a column nor an edge list");
  cfg.views[1].column = "category";
  CHECK(plain() == "view \"category\" is a column of the log, but data.sequences has no columns");
  cfg.views[1].column.clear();
  cfg.views[1].edges = "edges.txt";
  write("edges.txt", "a b\n");
  CHECK(load_dataset(cfg).views[1].graph.edges() == 2);
  cfg.links.resize(1);
  cfg.links[0].from = "item", cfg.links[0].to = "category";
  CHECK(plain() ==
        "\"item\" and \"category\" cannot be linked: a view from an edge list has no events, only the nodes that it "
        "shares with views of the same file, or of the same \"nodes\"");
  cfg.links[0].to = "shop";
  CHECK(plain() == "a link names view \"shop\", which does not exist");
  cfg.links.clear();
  std::swap(cfg.views[0], cfg.views[1]);
  CHECK_THAT(plain(), Catch::StartsWith("the first view, \"category\", is the item view"));
  cfg.data.sequences.clear();
  CHECK(plain() == "view \"item\" needs a log: data.events and data.sequences are empty");
  cfg.views.clear();
  CHECK(plain() == "the configuration has no [[views]]");
  cfg.views.resize(1);
  cfg.data.events = "events.csv";
  cfg.data.item.clear();
  CHECK(plain_on_log(good) == "data.item does not name the item column");
  cfg.data.item = "item";
  cfg.data.user.clear();
  CHECK(plain_on_log(good) == "neither data.user nor data.session names a column");
}
