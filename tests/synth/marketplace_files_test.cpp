#include <catch2/catch.hpp>
#include <filesystem>

#include "m2grl/evaluate.hpp"
#include "m2grl/trainer.hpp"
#include "plans.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using test::small_plan;
using test::temporary_directory;

TEST_CASE("the written files are read back as the marketplace that was drawn") {
  const temporary_directory dir;
  const marketplace m = generate_marketplace(small_plan());
  write_marketplace(m, dir.path() / "shop");
  const config cfg = load_config(dir.path() / "shop/marketplace.toml");
  CHECK(to_toml(cfg).find("marketplace") == std::string::npos);
  const dataset data = load_dataset(cfg);
  CHECK(data.report.events_read == m.events.ids.size());
  CHECK(data.report.users == m.plan.users);
  REQUIRE(data.views.size() == 4);
  REQUIRE(data.test.size() == m.plan.users);

  const auto item_of = [&](node_id id) {
    return static_cast<node_id>(std::stoul(data.views[0].ids.name(id).substr(1)));
  };
  for (std::size_t q = 0; q < data.test.size(); ++q) {  // users come in the order of the file
    const auto events = m.events[q];
    if (data.test.targets[q] != no_node) REQUIRE(item_of(data.test.targets[q]) == events.back());
    const auto history = data.test.histories[q];
    REQUIRE(history.size() <= events.size() - 1);
    if (history.size() + 1 < events.size()) continue;  // an item unseen in training was left out
    for (std::size_t i = 0; i < history.size(); ++i) REQUIRE(item_of(history[i]) == events[i]);
  }
  std::uint64_t sessions = m.plan.users;
  for (std::size_t u = 0; u < m.plan.users; ++u) {
    for (auto e = m.events.offsets[u] + 1; e < m.events.offsets[u + 1]; ++e)
      sessions += m.times[e] - m.times[e - 1] > 1800;
  }
  CHECK(data.report.sessions == sessions);
  const std::vector<node_id>* attribute[] = {&m.category, &m.brand, &m.shop};
  const char* prefix[] = {"c", "b", "s"};
  for (std::size_t v = 1; v < 4; ++v) {
    REQUIRE(data.links[v - 1].to == v);
    for (node_id i = 0; i < data.views[0].ids.size(); ++i) {
      const auto targets = data.links[v - 1].targets[i];
      REQUIRE(targets.size() == 1);
      REQUIRE(data.views[v].ids.name(targets[0]) == prefix[v - 1] + std::to_string((*attribute[v - 1])[item_of(i)]));
    }
  }
}

TEST_CASE("training on the written marketplace finds most of what was planted", "[statistics]") {
  const temporary_directory dir;
  const marketplace m = generate_marketplace(small_plan());
  write_marketplace(m, dir.path());
  const config cfg = load_config(dir.path() / "marketplace.toml",
                                 {{"train.epochs", "5"}, {"train.threads", "1"}, {"train.dim", "32"}});
  dataset data = load_dataset(cfg);
  train_result trained = train(cfg, data);
  const model learned = make_model(cfg, std::move(data), std::move(trained.learned));
  const next_item_evaluation result = evaluate_next_item(learned, false, cfg.eval);
  const std::vector<std::uint32_t> k{10};
  const double oracle = oracle_ranking(m, false, k).at[0].hit_rate;
  CHECK(result.model.at_k(10).hit_rate > 3 * result.popularity.at_k(10).hit_rate);
  CHECK(result.model.at_k(10).hit_rate > 0.3 * oracle);
  CHECK(result.model.at_k(10).hit_rate < oracle);

  save_model(learned, dir.path() / "model");  // its figures need no data
  for (const char* file : {"events.csv", "items.csv", "marketplace.toml"}) std::filesystem::remove(dir.path() / file);
  const model again = load_model(dir.path() / "model");
  const next_item_evaluation repeated = evaluate_next_item(again, false, again.cfg.eval);
  CHECK(repeated.model.at_k(10).hit_rate == result.model.at_k(10).hit_rate);
  CHECK(repeated.model.mrr == result.model.mrr);
  CHECK(repeated.popularity.mrr == result.popularity.mrr);
}

TEST_CASE("files of an earlier marketplace are replaced") {
  const temporary_directory dir;
  synth_config plan = small_plan();
  plan.users = 50;
  write_marketplace(generate_marketplace(plan), dir.path());
  plan.seed = 7;
  write_marketplace(generate_marketplace(plan), dir.path());
  CHECK(load_config(dir.path() / "marketplace.toml").train.seed == 7);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 3);
}
