/// Small logs whose reading is spelled out.
#include "files.hpp"
#include "ingest/event_log.hpp"
#include "m2grl/dataset.hpp"
#include "spelled.hpp"

using namespace m2grl;
using namespace m2grl::test;

TEST_CASE("a view that walks gets the graph of its training transitions, weighed by events") {
  const file_tree files;
  files.write("events.csv",
              "user,item,when,type\n1,a,1,view\n1,b,2,buy\n1,c,3,buy\n1,c,4,buy\n2,b,1,view\n2,a,2,view\n2,z,9,none\n");
  config cfg;
  cfg.data.root = files.path();
  cfg.data.events = "events.csv";
  cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "when", cfg.data.event_type = "type";
  cfg.data.event_weights = {{"view", 1}, {"buy", 5}, {"none", 0}};
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  cfg.views[0].sequences = sequence_source::walks;
  const dataset data = load_dataset(cfg);
  const view_data& view = data.views[0];
  CHECK(view.ids.names() == std::vector<std::string>{"c", "b", "a"});
  CHECK(view.ids.counts() == std::vector<std::uint64_t>{10, 6, 2});
  REQUIRE(view.graph.nodes() == 3);  // a–b: 1 + 1, b–c: 5
  CHECK(view.graph.columns == std::vector<node_id>{1, 0, 2, 1});
  CHECK(view.graph.cumulative == std::vector<std::uint32_t>{5, 5, 7, 2});
  CHECK(view.event_weights.empty());

  const dataset later = load_dataset(cfg, {.build_graphs = false});
  const view_data& unbuilt = later.views[0];
  CHECK(unbuilt.graph.empty());
  const csr_graph built = build_transition_graph(unbuilt.sequences, unbuilt.ids.size(), false, unbuilt.event_weights);
  CHECK(built.columns == view.graph.columns);
  CHECK(built.cumulative == view.graph.cumulative);
}

TEST_CASE("overlapping sessions: the last event in time is held out, and no session shows what followed it") {
  const file_tree files;
  files.write("events.csv", "user,visit,item,when\n1,x,a,1\n1,y,b,5\n1,x,c,10\n1,y,d,7\n1,x,e,2\n");
  config cfg;
  cfg.data.root = files.path();
  cfg.data.events = "events.csv";
  cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "when", cfg.data.session = "visit";
  cfg.split.kind = split_kind::last;
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  const dataset data = load_dataset(cfg);  // by time: a e b d c; d is the validation, c the test
  const auto& ids = data.views[0].ids;
  CHECK(ids.names() == std::vector<std::string>{"a", "b", "e"});
  CHECK((spelled(ids, data.views[0].sequences) == std::vector<std::vector<std::string>>{{"a", "e"}}));
  const std::vector<std::string> before{"a", "e", "b"}, before_c{"a", "e", "b", "d"};
  CHECK((spelled(ids, data.validation, data.cold) ==
         std::vector<naive_query>{{before, "", "d", before, {{"a", 6}, {"e", 5}, {"b", 2}}}}));
  CHECK((spelled(ids, data.test, data.cold) ==
         std::vector<naive_query>{{before, "", "c", before_c, {{"a", 9}, {"e", 8}, {"b", 5}}}}));
}

TEST_CASE("gaps are exact at the edge and for times near the ends of 64 bits") {
  const file_tree files;
  files.write("events.csv",
              "u,i,t\n1,a,-9223372036854775808\n1,b,9223372036854775807\n1,a,9223372036854775805\n"
              "2,a,1700000000000000000\n2,b,1700000002000000000\n2,a,1700000004000000001\n");
  config cfg;
  cfg.data.root = files.path();
  cfg.data.events = "events.csv";
  cfg.data.user = "u", cfg.data.item = "i", cfg.data.time = "t";
  cfg.data.unit = time_unit::nanoseconds;
  cfg.data.session_gap_seconds = 2;
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  const dataset data = load_dataset(cfg);
  CHECK(data.report.sessions == 4);  // 1: the first alone; 2: 2 s are no gap, 1 ns more is one
  CHECK((spelled(data.views[0].ids, data.views[0].sequences) ==
         std::vector<std::vector<std::string>>{{"a", "b"}, {"a", "b"}}));
}

TEST_CASE("gaps in microseconds, and sessions that belong to no user") {
  const file_tree files;
  files.write("events.csv", "s,i,t\nx,a,1000000\nx,b,3000000\nx,c,5000001\ny,a,1\ny,b,2\n");
  config cfg;
  cfg.data.root = files.path();
  cfg.data.events = "events.csv";
  cfg.data.session = "s", cfg.data.item = "i", cfg.data.time = "t";
  cfg.data.unit = time_unit::microseconds;
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  const auto sequences = [&] {
    const dataset data = load_dataset(cfg);
    return spelled(data.views[0].ids, data.views[0].sequences);
  };
  CHECK((sequences() == std::vector<std::vector<std::string>>{{"a", "b", "c"}, {"a", "b"}}));
  cfg.data.user = "s", cfg.data.session.clear();
  cfg.data.session_gap_seconds = 2;
  CHECK((sequences() == std::vector<std::vector<std::string>>{{"a", "b"}, {"a", "b"}}));
}

TEST_CASE("sequence files: one user per line, whatever the white space") {
  const file_tree files;
  const std::string text =
      "\xef\xbb\xbf"
      "a b  c\r\n\n-1 007\t7 \r\nalone\n  \n99999999999999999999 a a";
  files.write("s.txt", text);
  config cfg;
  cfg.data.root = files.path();
  cfg.data.sequences = "s.txt";
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  const dataset data = load_dataset(cfg);
  CHECK(data.views[0].ids.names() ==
        std::vector<std::string>{"a", "b", "c", "-1", "007", "7", "alone", "99999999999999999999"});
  CHECK(
      (spelled(data.views[0].ids, data.views[0].sequences) ==
       std::vector<std::vector<std::string>>{{"a", "b", "c"}, {"-1", "007", "7"}, {"99999999999999999999", "a", "a"}}));
  CHECK(data.report.events_read == 10);
  CHECK(data.report.users == 4);
  ingest_report report;
  const auto whole = ingest::read_sequence_file(cfg.data, 1, report);
  for (const std::size_t workers : {1, 2, 3, 7}) {
    for (const std::size_t block_bytes : {1, 5, 9, 20}) {
      const auto log = ingest::read_sequence_file(cfg.data, workers, report, block_bytes);
      CHECK((log.item == whole.item && log.user == whole.user));
    }
  }
  cfg.data.delimiter = ",";
  files.write("s.txt", "a b,c\nc,,a b\n");
  CHECK(load_dataset(cfg).views[0].ids.names() == std::vector<std::string>{"a b", "c"});
}
