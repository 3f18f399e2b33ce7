#include "m2grl/dataset.hpp"

#include <set>

#include "files.hpp"
#include "ingest/event_log.hpp"
#include "naive_csv.hpp"
#include "naive_dataset.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

std::string nasty_id(std::mt19937_64& random, const char* prefix, std::size_t among) {
  const std::size_t n = random() % (1 + random() % among);  // skewed towards small numbers
  constexpr const char* forms[] = {"", "", "-", "00", "1234567890123456789", "a \"b\", ", "\xc3\xa4\n"};
  return std::string(forms[n % 7]).append(prefix).append(std::to_string(n));
}

std::vector<log_row> random_log(std::mt19937_64& random, std::size_t rows) {
  constexpr const char* types[] = {"view", "cart", "buy", "noise"};
  std::vector<log_row> log;
  for (std::size_t i = 0; i < rows; ++i) {
    log_row r;
    r.user = nasty_id(random, "", 1 + rows / 6);
    r.item = nasty_id(random, "", 40);
    r.session = std::to_string(random() % (random() % 2 == 0 ? 4 : rows));  // low ones are shared by users
    r.type = types[random() % 4];
    r.time = static_cast<std::int64_t>(random() % (rows * 40)) - 2000;
    r.dwell = static_cast<double>(random() % 400) / 100;
    for (std::size_t t = random() % 4; t > 0; --t)
      r.tags += std::string(random() % 5 == 0 ? "|" : "").append(nasty_id(random, "t", 9)) + "|";
    if (!r.tags.empty() && random() % 2 == 0) r.tags.pop_back();
    const std::size_t category = std::hash<std::string>{}(r.item) % 9;  // one per item
    r.category = category < 7 ? std::string("c").append(std::to_string(category)) : "";
    log.push_back(r);
  }
  return log;
}

/// Writes events.csv (its columns in a random order) and items.csv, where items without a category stand with an
/// empty cell or are missing.
void write_files(const file_tree& files, const std::vector<log_row>& log, std::mt19937_64& random) {
  std::vector<std::vector<std::string>> columns{{"user"}, {"item"},  {"when"}, {"visit"},
                                                {"type"}, {"dwell"}, {"tags"}, {"unused"}};
  std::map<std::string, std::string> category_of;
  for (const log_row& r : log) {
    const std::string values[] = {r.user, r.item, std::to_string(r.time), r.session, r.type, std::to_string(r.dwell),
                                  r.tags, ",\n\""};
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].push_back(values[c]);
    category_of[r.item] = r.category;
  }
  std::shuffle(columns.begin(), columns.end(), random);
  std::vector<std::vector<std::string>> rows(log.size() + 1), items{{"colour", "item", "category"}};
  for (const auto& column : columns) {
    for (std::size_t r = 0; r < column.size(); ++r) rows[r].push_back(column[r]);
  }
  for (const auto& [item, category] : category_of) {
    if (!category.empty() || random() % 2 == 0) items.push_back({"red", item, category});
  }
  items.push_back({"blue", "never clicked", "c1"});
  items.push_back({"blue", "never clicked either", "only here"});
  std::shuffle(items.begin() + 1, items.end(), random);
  std::mt19937_64 style(random());
  files.write(
      "events.csv",
      write_csv(rows, {',', random() % 2 == 0 ? "\r\n" : "\n", random() % 2 == 0, random() % 2 == 0, true}, style));
  files.write("items.csv", write_csv(items, {';', "\n", true, false, true}, style));
}

config config_of(const file_tree& files, const naive_options& how) {
  config cfg;
  cfg.data.root = files.path();
  cfg.data.events = "events.csv";
  cfg.data.user = "user";
  cfg.data.item = "item";
  cfg.data.time = "when";
  if (how.sessions) cfg.data.session = "visit";
  if (how.dwell) cfg.data.dwell = "dwell";
  if (how.types) cfg.data.event_type = "type";
  if (how.types) cfg.data.event_weights = how.type_weights;
  cfg.data.min_dwell_seconds = how.dwell ? how.min_dwell : 0;
  cfg.data.session_gap_seconds = how.gap;
  cfg.data.min_count = how.min_count;
  cfg.data.max_user_events = how.max_user_events;
  cfg.data.tables.push_back({"items.csv", "item", ";"});
  cfg.split.kind = how.split;
  cfg.split.quantile = how.quantile;
  cfg.split.test_events = static_cast<std::uint32_t>(how.test_events);
  cfg.split.queries = how.prefix ? session_queries::prefix : session_queries::last;
  cfg.views.resize(3);
  cfg.views[0].name = "item";
  cfg.views[1].name = "category";
  cfg.views[1].table = "items.csv";
  cfg.views[1].column = "category";
  cfg.views[2].name = "tags";
  cfg.views[2].column = "tags";
  cfg.views[2].separator = "|";
  cfg.views[1].min_count = cfg.views[2].min_count = how.view_min_count;
  for (auto& view : cfg.views) view.merge_repeats = how.merge_repeats;
  cfg.links.resize(1);
  cfg.links[0].from = "category";
  cfg.links[0].to = "tags";
  return cfg;
}

std::vector<std::vector<std::string>> spelled(const vocabulary& ids, const ragged& rows) {
  std::vector<std::vector<std::string>> result;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    result.emplace_back();
    for (const node_id id : rows[r]) result.back().push_back(ids.name(id));
  }
  return result;
}

std::map<std::pair<std::string, std::string>, std::uint64_t> spelled(const std::vector<std::string>& from,
                                                                     const vocabulary& to, const link_data& link) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> result;
  REQUIRE(link.targets.size() == from.size());
  REQUIRE(link.counts.size() == link.targets.ids.size());
  for (node_id a = 0; a < from.size(); ++a) {
    for (std::uint64_t i = link.targets.offsets[a]; i < link.targets.offsets[a + 1]; ++i) {
      REQUIRE(result.emplace(std::pair(from[a], to.name(link.targets.ids[i])), link.counts[i]).second);
    }
  }
  return result;
}

std::map<std::pair<std::string, std::string>, std::uint64_t> spelled(const dataset& data, const link_data& link) {
  return spelled(data.views[link.from].ids.names(), data.views[link.to].ids, link);
}

std::vector<naive_query> spelled(const vocabulary& ids, const query_set& queries, const cold_items& cold) {
  const auto histories = spelled(ids, queries.histories);
  REQUIRE(histories.size() == queries.size());
  std::vector<naive_query> result;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const std::uint32_t row = queries.cold_targets.empty() ? no_node : queries.cold_targets.at(q);
    result.push_back({histories[q], queries.targets[q] == no_node ? "" : ids.name(queries.targets[q]),
                      row == no_node ? "" : cold.ids.at(row)});
  }
  return result;
}

std::uint64_t dropped_by(const ingest_report& report, const std::string& rule) {
  for (const dropped_count& d : report.dropped) {
    if (d.rule.find(rule) != std::string::npos) return d.count;
  }
  return 0;
}

void check_view(const dataset& data, std::size_t v, const naive_view& expected, const naive_options& how) {
  const view_data& view = data.views[v];
  CAPTURE(view.name);
  CHECK(view.ids.names() == expected.names);
  CHECK(view.ids.counts() == expected.counts);
  CHECK((spelled(view.ids, view.sequences) == expected.sequences));
  const std::string prefix = "view \"" + view.name + "\": ";
  CHECK(dropped_by(data.report, prefix + "node with fewer than") == expected.rare);
  CHECK(dropped_by(data.report, prefix + "repeat merged") == (how.merge_repeats ? expected.merged : 0));
  CHECK(dropped_by(data.report, prefix + "alone in its session") == expected.alone);
  CHECK(view.graph.empty());
}

void check_dataset(const dataset& data, const naive_result& expected, const naive_options& how) {
  check_view(data, 0, expected.item, how);
  check_view(data, 1, expected.category, how);
  check_view(data, 2, expected.tags, how);
  REQUIRE(data.links.size() == 3);
  CHECK((data.links[0].from == 0 && data.links[0].to == 1 && data.links[1].to == 2 && data.links[2].from == 1));
  CHECK((spelled(data, data.links[0]) == expected.item_category));
  CHECK((spelled(data, data.links[1]) == expected.item_tags));
  CHECK((spelled(data, data.links[2]) == expected.category_tags));
  CHECK((spelled(data.views[0].ids, data.validation, data.cold) == expected.validation));
  CHECK((spelled(data.views[0].ids, data.test, data.cold) == expected.test));
  CHECK(data.cold.ids == expected.cold);
  if (data.cold.size() > 0) {
    REQUIRE(data.cold.links.size() == 2);
    CHECK((spelled(data.cold.ids, data.views[1].ids, data.cold.links[0]) == expected.cold_category));
    CHECK((spelled(data.cold.ids, data.views[2].ids, data.cold.links[1]) == expected.cold_tags));
  }
  const ingest_report& r = data.report;
  CHECK(r.events_read == expected.read);
  CHECK(r.events_kept == expected.kept);
  CHECK(r.training_events == expected.training);
  CHECK(r.users == expected.users);
  CHECK(r.sessions == expected.sessions);
  CHECK(r.crossing_sessions == expected.crossing);
  CHECK(dropped_by(r, "dwell below") == expected.short_dwell);
  CHECK(dropped_by(r, "event type of weight 0") == expected.zero_weight);
  CHECK(dropped_by(r, "user with more than") == expected.over_active);
  std::uint64_t of_events = 0;
  for (const dropped_count& d : r.dropped) of_events += d.rule.rfind("view", 0) == 0 ? 0 : d.count;
  CHECK(r.events_read == r.events_kept + of_events);
}

}  // namespace

TEST_CASE("random logs give what the naive reading of the contract gives, for every split and worker count") {
  const std::uint64_t seed = GENERATE(range(1, 25));
  std::mt19937_64 random(seed);
  naive_options how;
  how.split = seed % 3 == 0 ? split_kind::none : seed % 3 == 1 ? split_kind::last : split_kind::time;
  how.sessions = random() % 2 == 0;
  how.dwell = random() % 2 == 0;
  how.types = random() % 2 == 0;
  how.type_weights = {{"view", 1}, {"cart", 3}, {"buy", 7}, {"noise", 0}};
  how.gap = random() % 4 == 0 ? 0 : static_cast<double>(500 + random() % 5000) + 0.5;
  how.min_dwell = 0.7;
  how.min_count = 1 + random() % 3;
  how.view_min_count = 1 + random() % 3;
  how.max_user_events = random() % 2 == 0 ? 0 : 9 + random() % 30;
  how.merge_repeats = random() % 2 == 0;
  how.quantile = static_cast<double>(4 + random() % 6) / 10 + 0.05;
  how.test_events = 1 + random() % 3;
  how.prefix = random() % 2 == 0;
  const auto log = random_log(random, 300 + random() % 700);
  const file_tree files;
  write_files(files, log, random);
  const naive_result expected = naive_dataset(log, how);
  config cfg = config_of(files, how);
  for (const std::uint32_t workers : {1, 2, 3, 7}) {
    CAPTURE(seed, workers);
    cfg.train.threads = workers;
    check_dataset(load_dataset(cfg), expected, how);
  }
}

TEST_CASE("a log of many blocks is read alike by any number of workers") {
  std::mt19937_64 random(99);
  naive_options how;
  how.types = true;
  how.type_weights = {{"view", 1}, {"cart", 3}, {"buy", 7}, {"noise", 0}};
  const auto log = random_log(random, 3000);
  const file_tree files;
  write_files(files, log, random);
  const data_config data = config_of(files, how).data;
  ingest_report first_report;
  const ingest::event_log first = ingest::read_event_log(data, {"tags"}, 1, first_report);
  std::vector<std::string> items;
  for (std::size_t e = 0; e < first.size(); ++e) items.push_back(first.items.name(first.item[e]));
  std::vector<std::string> expected_items;
  for (const log_row& r : log) {
    if (r.type != "noise") expected_items.push_back(r.item);
  }
  CHECK((items == expected_items));
  for (const std::size_t workers : {1, 2, 3, 7}) {
    for (const std::size_t block_bytes : {1, 100, 5000, 40000}) {
      ingest_report report;
      const ingest::event_log again = ingest::read_event_log(data, {"tags"}, workers, report, block_bytes);
      CAPTURE(workers, block_bytes);
      CHECK(report.events_read == log.size());
      CHECK((again.user == first.user && again.item == first.item && again.time == first.time &&
             again.weight == first.weight));
      CHECK(again.attribute == first.attribute);
      bool same_names =
          again.users.size() == first.users.size() && again.attributes[0].size() == first.attributes[0].size();
      for (node_id u = 0; u < first.users.size() && same_names; ++u)
        same_names = again.users.name(u) == first.users.name(u);
      CHECK(same_names);
    }
  }
}

TEST_CASE("what is held out does not change what training sees") {
  std::mt19937_64 random(7);
  naive_options how;
  how.split = GENERATE(split_kind::last, split_kind::time);
  how.max_user_events = 12;
  how.min_count = 3;
  auto log = random_log(random, 800);
  const file_tree files;
  write_files(files, log, random);
  config cfg = config_of(files, how);
  cfg.split.boundary = 20000;
  cfg.data.session_gap_seconds = how.split == split_kind::time ? 900 : 0;
  const dataset before = load_dataset(cfg);
  REQUIRE(before.test.size() > 20);
  // Every held-out event becomes another item, never seen before.
  std::map<std::string, std::vector<std::size_t>> of_user;
  for (std::size_t i = 0; i < log.size(); ++i) of_user[log[i].user].push_back(i);
  for (auto& [user, events] : of_user) {
    std::stable_sort(events.begin(), events.end(), [&](auto a, auto b) { return log[a].time < log[b].time; });
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool held_out =
          how.split == split_kind::time ? log[events[i]].time >= 20000 : events.size() >= 3 && i + 2 >= events.size();
      if (held_out)
        log[events[i]].item = "from the future", log[events[i]].category = "", log[events[i]].tags = "later";
    }
  }
  write_files(files, log, random);
  const dataset after = load_dataset(cfg);
  for (std::size_t v = 0; v < 3; ++v) {
    CHECK(after.views[v].ids.names() == before.views[v].ids.names());
    CHECK(after.views[v].ids.counts() == before.views[v].ids.counts());
    CHECK(after.views[v].sequences.ids == before.views[v].sequences.ids);
    CHECK(after.views[v].sequences.offsets == before.views[v].sequences.offsets);
  }
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(after.links[l].targets.ids == before.links[l].targets.ids);
    CHECK(after.links[l].counts == before.links[l].counts);
  }
  CHECK(after.report.training_events == before.report.training_events);
  CHECK(after.test.size() == before.test.size());
  CHECK(std::count(after.test.targets.begin(), after.test.targets.end(), no_node) == std::ptrdiff_t(after.test.size()));
}

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
  CHECK((spelled(ids, data.validation, data.cold) == std::vector<naive_query>{{{"a", "e", "b"}, "", "d"}}));
  CHECK((spelled(ids, data.test, data.cold) == std::vector<naive_query>{{{"a", "e", "b"}, "", "c"}}));
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
