// The data sets of the protocols: their published counts, and those of a reading apart from this library.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "m2grl/dataset.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/trainer.hpp"
#include "support/missing.hpp"

using namespace m2grl;

namespace {

std::filesystem::path data_root() {
  const char* named = std::getenv("M2GRL_DATA");
  return named != nullptr ? named : "../shared/data";
}

config leave_last_out(const char* folder) {
  config cfg;
  cfg.data.root = data_root() / folder;
  cfg.data.events = "events.csv.gz";
  cfg.data.user = "user_id";
  cfg.data.item = "item_id";
  cfg.data.time = "timestamp";
  cfg.data.session_gap_seconds = 0;
  cfg.data.tables.push_back({"items.csv", "item_id"});
  cfg.split.kind = split_kind::last;
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  return cfg;
}

void add_view(config& cfg, const char* name, const char* table, const char* column) {
  cfg.views.emplace_back();
  cfg.views.back().name = name;
  cfg.views.back().table = table;
  cfg.views.back().column = column;
}

std::ptrdiff_t unseen(const query_set& queries) {
  return std::count(queries.targets.begin(), queries.targets.end(), no_node);
}

}  // namespace

TEST_CASE("amazon_sports: counts of the protocol, and item SGNS well above popularity") {
  config cfg = leave_last_out("amazon_sports");
  add_view(cfg, "category", "items.csv", "category_id");
  add_view(cfg, "department", "items.csv", "department_id");
  add_view(cfg, "brand", "items.csv", "brand_id");
  cfg.train.epochs = 20;
  cfg.train.side = window_side::past;
  cfg.train.alpha = 0.4;
  cfg.train.subsample = 1e-3;
  dataset data = load_dataset(cfg);
  CHECK(data.report.events_read == 296337);
  CHECK(data.report.events_kept == 296337);
  CHECK(data.report.users == 35598);
  CHECK(data.report.training_events == 296337 - 2 * 35598);
  REQUIRE(data.test.size() == 35598);
  CHECK(data.validation.size() == 35598);
  CHECK(unseen(data.test) == 317);
  CHECK(data.views[1].ids.size() <= 976);
  CHECK(data.views[2].ids.size() <= 157);
  CHECK(data.views[3].ids.size() <= 1174);
  cfg.views.resize(1);  // the item view alone is trained
  data.views.resize(1);
  data.links.clear();
  auto trained = train(cfg, data);
  const model m = make_model(cfg, std::move(data), std::move(trained.learned));
  const auto result = evaluate_next_item(m, false, cfg.eval);
  CHECK(result.model.at_k(10).hit_rate > 2 * result.popularity.at_k(10).hit_rate);
}

TEST_CASE("amazon_beauty: counts of the protocol") {
  config cfg = leave_last_out("amazon_beauty");
  const dataset data = load_dataset(cfg);
  CHECK(data.report.events_read == 198502);
  CHECK(data.report.users == 22363);
  CHECK(data.test.size() == 22363);
  CHECK(unseen(data.test) == 138);
}

TEST_CASE("globo: sessions as given, split by time") {
  config cfg;
  cfg.data.root = data_root() / "globo";
  cfg.data.events = "events.csv.zst";
  cfg.data.user = "user_id";
  cfg.data.session = "session_id";
  cfg.data.item = "article_id";
  cfg.data.time = "timestamp_ms";
  cfg.data.unit = time_unit::milliseconds;
  cfg.data.tables.push_back({"articles.csv", "article_id"});
  cfg.split.kind = split_kind::time;
  cfg.split.quantile = 0.9;
  cfg.views.resize(1);
  cfg.views[0].name = "article";
  add_view(cfg, "category", "articles.csv", "category_id");
  add_view(cfg, "created_day", "articles.csv", "created_day");
  const dataset data = load_dataset(cfg);
  CHECK(data.report.events_read == 2988181);
  CHECK(data.report.users == 322897);
  CHECK(data.report.sessions == 1048594);
  CHECK(data.report.crossing_sessions == 266);
  // 46,033 articles, 5,158 of them first clicked after the boundary; every session that starts after it has two
  // clicks or more.
  CHECK(data.views[0].ids.size() == 46033 - 5158);
  REQUIRE(data.test.size() == 104860);
  CHECK(data.validation.size() == 0);
  CHECK(unseen(data.test) == 47496);
  std::size_t last_known_and_unseen = 0;
  for (std::size_t q = 0; q < data.test.size(); ++q) {
    last_known_and_unseen += data.test.targets[q] == no_node && !data.test.histories[q].empty();
  }
  CHECK(last_known_and_unseen == 29794);  // some earlier article of the session is known
}

TEST_CASE("ppi and blogcatalog: undirected graphs of the published size") {
  struct published {
    const char* folder;
    std::size_t nodes;
    std::uint64_t lines, loops;  // an edge's two entries; a loop has one
  };
  const bool larger = GENERATE(false, true);
  const published set = larger ? published{"blogcatalog", 10312, 333983, 0} : published{"ppi", 3890, 38739, 894};
  config cfg;
  cfg.data.root = data_root() / "graphs" / set.folder;
  cfg.views.resize(1);
  cfg.views[0].name = "node";
  cfg.views[0].edges = "edges.txt.gz";
  const dataset data = load_dataset(cfg);
  CHECK(data.report.events_read == set.lines);
  CHECK(data.views[0].ids.size() == set.nodes);
  CHECK(data.views[0].graph.edges() == 2 * (set.lines - set.loops) + set.loops);
}

std::string m2grl::test::missing() {
  for (const char* folder : {"amazon_sports", "amazon_beauty", "globo", "graphs"}) {
    if (std::filesystem::exists(data_root() / folder)) continue;
    return std::string("there is no ") + folder + " in " + data_root().string() + "; set M2GRL_DATA";
  }
  return {};
}
