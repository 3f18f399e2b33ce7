/// Random logs against the naive reading of the contract.
#include "m2grl/dataset.hpp"

#include "ingest/event_log.hpp"
#include "random_log.hpp"
#include "spelled.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

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
