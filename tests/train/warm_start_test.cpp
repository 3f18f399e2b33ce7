/// Going on with a model on new events: what is kept, where added nodes begin, and what is refused.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "m2grl/error.hpp"
#include "m2grl/warm_start.hpp"
#include "support/process.hpp"
#include "train/backend.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// A log of users 0 … 59 over items first … last, whose category is item % 4.
std::string log_of(int first, int last, unsigned seed) {
  std::mt19937 random(seed);
  std::string text = "user,item,category,time\n";
  for (int user = 0; user < 60; ++user) {
    for (int event = 0; event < 8; ++event) {
      const int item = first + static_cast<int>(random() % static_cast<unsigned>(last - first + 1));
      text += fmt::format("u{},i{},c{},{}\n", user, item, item % 4, event);
    }
  }
  return text;
}

config config_of(const std::filesystem::path& root) {
  config cfg;
  cfg.data.root = root;
  cfg.data.events = "events.csv";
  cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "time";
  cfg.split.kind = split_kind::last;
  cfg.views.resize(2);
  cfg.views[0].name = "item";
  cfg.views[1].name = cfg.views[1].column = "category";
  cfg.links.push_back({"item", "category", projection_kind::identity, 0, true, true, 1});
  cfg.train.dim = 8;
  cfg.train.epochs = 2;
  cfg.train.threads = 1;
  return cfg;
}

train_result train_on_cpu(const config& cfg, const dataset& data, const embeddings* start = nullptr) {
  train_options options;
  options.device = device_kind::cpu;
  options.start = start;
  return train(cfg, data, options);
}

model trained(const config& cfg) {
  dataset data = load_dataset(cfg);
  train_result result = train_on_cpu(cfg, data);
  return make_model(cfg, std::move(data), std::move(result.learned));
}

struct renewed_case {
  test::temporary_folder folder;
  config cfg = config_of(folder.path());
  model old;
  dataset data;

  explicit renewed_case(const link_config& link = {"item", "category", projection_kind::identity, 0, true, true, 1}) {
    cfg.links = {link};
    test::write_file(folder / "events.csv", log_of(0, 29, 1));
    old = trained(cfg);
    test::write_file(folder / "events.csv", log_of(20, 40, 2) + "u0,i99,late,50\nu0,i99,late,51\nu0,i20,c0,52\n" +
                                                "u0,i21,c1,53\nu0,i22,c2,54\n");
    data = load_dataset(cfg, {.known = known_nodes_of(old)});
  }
};

/// What the added node's vector minimises, in float64: Σ ‖W e − W' m‖² + λ‖e‖².
double objective(const std::vector<double>& e, const relation& r, const std::vector<double>& mean, double ridge) {
  const table& other = r.w_to.empty() ? r.w_from : r.w_to;
  double sum = 0;
  for (std::size_t row = 0; row < r.w_from.rows(); ++row) {
    double difference = 0;
    for (std::size_t c = 0; c < e.size(); ++c) {
      difference += double(r.w_from[row][c]) * e[c] - double(other[row][c]) * mean[c];
    }
    sum += difference * difference;
  }
  for (const double value : e) sum += ridge * value * value;
  return sum;
}

}  // namespace

TEST_CASE("warm start: old nodes come first under their ids, and held-out events know them") {
  const renewed_case c;
  const vocabulary &before = c.old.views[0].ids, &ids = c.data.views[0].ids;
  REQUIRE(before.size() == 30);
  REQUIRE(ids.size() == 42);  // 30, and i30 … i40, i99
  for (node_id i = 0; i < before.size(); ++i) {
    CHECK(ids.name(i) == before.name(i));
    if (std::stoi(ids.name(i).substr(1)) < 20) CHECK(ids.counts()[i] == 0);
  }
  for (node_id i = 31; i < ids.size(); ++i) CHECK(ids.counts()[i - 1] >= ids.counts()[i]);
  // By name, the data are what they are without known nodes.
  const dataset plain = load_dataset(c.cfg);
  REQUIRE(plain.views[0].sequences.offsets == c.data.views[0].sequences.offsets);
  for (std::size_t at = 0; at < plain.views[0].sequences.ids.size(); ++at) {
    CHECK(ids.name(c.data.views[0].sequences.ids[at]) == plain.views[0].ids.name(plain.views[0].sequences.ids[at]));
  }
  // Negatives are drawn by what occurred before, too.
  REQUIRE(c.data.views[0].noise_counts.size() == ids.size());
  for (node_id i = 0; i < ids.size(); ++i) {
    CHECK(c.data.views[0].noise_counts[i] == ids.counts()[i] + (i < before.size() ? before.counts()[i] : 0));
  }
  CHECK(plain.views[0].noise_counts.empty());
  CHECK(c.data.views[1].ids.name(4) == "late");
  for (std::size_t q = 0; q < c.data.test.size(); ++q) CHECK(c.data.test.targets[q] != no_node);
}

TEST_CASE("warm start: a held-out event knows an old node that the new training events do not show") {
  const renewed_case c;
  test::write_file(c.folder / "events.csv",
                   "user,item,category,time\nu,i30,c2,1\nu,i31,c3,2\nu,i30,c2,3\nu,i5,c1,4\nu,i7,c3,5\n");
  const dataset data = load_dataset(c.cfg, {.known = known_nodes_of(c.old)});
  REQUIRE(data.test.size() == 1);
  CHECK(data.test.targets[0] == c.old.views[0].ids.find("i7"));
  CHECK(data.test.histories.ids.back() == c.old.views[0].ids.find("i5"));
  CHECK(data.cold.size() == 0);
}

TEST_CASE(
    "warm start: old vectors, W, b and s_t are kept bit for bit; added nodes begin where the alignment puts them") {
  link_config link{"item", "category", projection_kind::identity, 0, true, true, 1};
  SECTION("a shared W") {}
  SECTION("one W a side, of fewer rows") { link.shared = false, link.relation_dim = 5; }
  SECTION("sigmoid") { link.projection = projection_kind::sigmoid; }
  renewed_case c(link);
  // Long old vectors, so that none is shortened.
  for (std::size_t i = 0; i < c.old.views[0].tables.input.rows(); ++i) c.old.views[0].tables.input[i][0] += 100;
  const warm_tables warm = warm_start(c.old, c.cfg, c.data);
  REQUIRE(warm.views.size() == 2);
  CHECK((warm.views[0].kept == 30 && warm.views[0].added == 12 && warm.views[0].from_aligned == 11));
  CHECK((warm.views[1].kept == 4 && warm.views[1].added == 1 && warm.views[1].from_aligned == 0));
  for (std::size_t v = 0; v < 2; ++v) {
    const view_tables &now = warm.start.views[v], &before = c.old.views[v].tables;
    CHECK(std::memcmp(now.input.data(), before.input.data(), before.input.bytes()) == 0);
    CHECK(std::memcmp(now.output.data(), before.output.data(), before.output.bytes()) == 0);
    for (std::size_t i = before.output.rows(); i < now.output.rows(); ++i) {
      for (const float value : now.output[i]) CHECK(value == 0);
    }
  }
  const relation& r = warm.start.relations.at(0);
  CHECK(catalogue::same_bits(r.w_from, c.old.relations[0].w_from));
  CHECK(r.bias == c.old.relations[0].bias);
  REQUIRE(warm.start.tasks.size() == 3);
  for (std::size_t t = 0; t < 3; ++t) CHECK(warm.start.tasks[t].log_variance == c.old.tasks[t].log_variance);

  double diagonal = 0;
  for (std::size_t row = 0; row < r.w_from.rows(); ++row) {
    for (const float w : r.w_from[row]) diagonal += double(w) * double(w) / 8;
  }
  for (node_id i = 30; i < 42; ++i) {
    const auto now = warm.start.views[0].input[i];
    const std::string& name = c.data.views[0].ids.name(i);
    if (name == "i99") {  // its category is new, too: as in any training
      std::vector<float> drawn(8);
      draw_initial_row(drawn, c.cfg.train, 0, i);
      CHECK(std::equal(now.begin(), now.end(), drawn.begin()));
      continue;
    }
    const auto category =
        c.old.views[1].tables.input[c.old.views[1].ids.find("c" + std::to_string(std::stoi(name.substr(1)) % 4))];
    const std::vector<double> mean(category.begin(), category.end());
    std::vector<double> e(now.begin(), now.end());
    const double least = objective(e, r, mean, 1e-3 * diagonal);
    for (std::size_t c1 = 0; c1 < e.size(); ++c1) {
      for (const double step : {-1e-3, 1e-3}) {
        e[c1] += step;
        CHECK(objective(e, r, mean, 1e-3 * diagonal) > least);
        e[c1] -= step;
      }
    }
  }
}

TEST_CASE("warm start: an added node is no longer than the old ones are") {
  renewed_case c;
  for (std::size_t i = 0; i < c.old.views[1].tables.input.rows(); ++i) c.old.views[1].tables.input[i][0] += 100;
  const warm_tables warm = warm_start(c.old, c.cfg, c.data);
  double squares = 0;
  for (std::size_t i = 0; i < 30; ++i) {
    for (const float value : c.old.views[0].tables.input[i]) squares += double(value) * double(value) / 30;
  }
  for (std::size_t i = 30; i < 42; ++i) {
    double length = 0;
    for (const float value : warm.start.views[0].input[i]) length += double(value) * double(value);
    CHECK(std::sqrt(length) <= std::sqrt(squares) * 1.0001);
  }
}

TEST_CASE("warm start: a training begins with it") {
  renewed_case c;
  c.cfg.train.learning_rate = 1e-30;
  c.cfg.train.min_learning_rate = 0;
  c.cfg.train.align_optimizer = align_optimizer_kind::tables;
  const warm_tables warm = warm_start(c.old, c.cfg, c.data);
  const train_result result = train_on_cpu(c.cfg, c.data, &warm.start);
  for (std::size_t v = 0; v < 2; ++v) {
    CHECK(catalogue::same_bits(result.learned.views[v].input, warm.start.views[v].input));
    const table &now = result.learned.views[v].output, &before = warm.start.views[v].output;
    for (std::size_t i = 0; i < now.rows(); ++i) {
      for (std::size_t d = 0; d < now.dim(); ++d) CHECK(std::fabs(now[i][d] - before[i][d]) < 1e-20f);
    }
  }
}

TEST_CASE("warm start: an old node that the events do not show is drawn as a negative, and else left alone") {
  const renewed_case c;
  const warm_tables warm = warm_start(c.old, c.cfg, c.data);
  const train_result result = train_on_cpu(c.cfg, c.data, &warm.start);
  std::size_t unseen = 0;
  for (node_id i = 0; i < c.old.views[0].ids.size(); ++i) {
    if (c.data.views[0].ids.counts()[i] > 0) continue;
    ++unseen;
    const auto same = [&](const table& now, const table& begin) {
      return std::equal(now[i].begin(), now[i].end(), begin[i].begin());
    };
    CHECK(same(result.learned.views[0].input, warm.start.views[0].input));
    CHECK_FALSE(same(result.learned.views[0].output, warm.start.views[0].output));
  }
  CHECK(unseen >= 15);
}

TEST_CASE("warm start: counts and links add up in the renewed model") {
  const renewed_case c;
  embeddings none;
  none.views.resize(2);
  const model both =
      carry_over(c.old, make_model(c.cfg, load_dataset(c.cfg, {.known = known_nodes_of(c.old)}), std::move(none)));
  for (std::size_t v = 0; v < 2; ++v) {
    for (node_id i = 0; i < both.views[v].ids.size(); ++i) {
      const bool old = i < c.old.views[v].ids.size();
      CHECK(both.views[v].ids.counts()[i] ==
            c.data.views[v].ids.counts()[i] + (old ? c.old.views[v].ids.counts()[i] : 0));
    }
  }
  const link_data& link = both.links.at(0);
  REQUIRE(link.targets.size() == 42);
  for (node_id i = 0; i < 42; ++i) {
    REQUIRE(link.targets[i].size() == 1);
    CHECK(link.counts[link.targets.offsets[i]] == both.views[0].ids.counts()[i]);  // an item has one category
  }
}

TEST_CASE("warm start: what does not fit is refused by name") {
  renewed_case c;
  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_WITH(warm_start(c.old, c.cfg, c.data), Contains(why));
  };
  SECTION("dim") {
    c.cfg.train.dim = 16;
    c.cfg.links[0].relation_dim = 8;
    refused("train.dim is 16, the model that it would go on from has 8 dimensions");
  }
  SECTION("W") {
    c.cfg.links[0].shared = false;
    refused("link \"item~category\"");
  }
  SECTION("numbering") {
    c.data = load_dataset(c.cfg);
    refused("view \"item\" does not begin with the 30 nodes");
  }
  SECTION("a start of another shape") {
    warm_tables warm = warm_start(c.old, c.cfg, c.data);
    warm.start.views[1].input = table(4, 8);
    CHECK_THROWS_WITH(train_on_cpu(c.cfg, c.data, &warm.start),
                      Contains("view \"category\": the start has a table of 4 × 8, not of 5 × 8"));
    warm.start.views.pop_back();
    CHECK_THROWS_WITH(train_on_cpu(c.cfg, c.data, &warm.start),
                      Contains("the start has 1 views and 1 relations, the run 2 and 1"));
  }
}

TEST_CASE("warm start: nodes of edge lists keep their ids, new ones follow by degree") {
  const test::temporary_folder folder;
  config cfg;
  cfg.data.root = folder.path();
  cfg.views.resize(1);
  cfg.views[0].name = "node";
  cfg.views[0].edges = "edges.txt";
  cfg.views[0].sequences = sequence_source::walks;
  const vocabulary known({"7", "x", "gone"}, {3, 2, 1});
  test::write_file(folder / "edges.txt", "a b\nb x\nb 7\n08 a\n");
  const dataset data = load_dataset(cfg, {.known = {{"node", &known}}});
  CHECK(data.views[0].ids.names() == std::vector<std::string>{"7", "x", "gone", "b", "a", "08"});
  CHECK(data.views[0].ids.counts() == std::vector<std::uint64_t>{1, 1, 0, 3, 2, 1});
  CHECK(data.views[0].graph.nodes() == 6);
  CHECK(data.views[0].graph.degree(2) == 0);
}
