#define CATCH_CONFIG_RUNNER
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "m2grl/dataset.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/trainer.hpp"

namespace {

std::filesystem::path data_root() {
  const char* named = std::getenv("M2GRL_DATA");
  return named != nullptr ? named : "../shared/data";
}

m2grl::config leave_last_out(const char* folder) {
  m2grl::config cfg;
  cfg.data.root = data_root() / folder;
  cfg.data.events = "events.csv.gz";
  cfg.data.user = "user_id";
  cfg.data.item = "item_id";
  cfg.data.time = "timestamp";
  cfg.data.session_gap_seconds = 0;
  cfg.split.kind = m2grl::split_kind::last;
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  return cfg;
}

}  // namespace

TEST_CASE("amazon_sports: counts of the protocol, and item SGNS well above popularity") {
  m2grl::config cfg = leave_last_out("amazon_sports");
  cfg.train.epochs = 20;
  cfg.train.side = m2grl::window_side::past;
  cfg.train.alpha = 0.4;
  cfg.train.subsample = 1e-3;
  m2grl::dataset data = m2grl::load_dataset(cfg);
  CHECK(data.report.events_read == 296337);
  REQUIRE(data.test.size() == 35598);
  CHECK(std::count(data.test.targets.begin(), data.test.targets.end(), m2grl::no_node) == 317);
  auto trained = m2grl::train(cfg, data);
  const m2grl::model m = m2grl::make_model(cfg, std::move(data), std::move(trained.learned));
  const auto result = m2grl::evaluate_next_item(m, false, cfg.eval);
  CHECK(result.model.at_k(10).hit_rate > 2 * result.popularity.at_k(10).hit_rate);
}

int main(int argc, char** argv) {
  if (!std::filesystem::exists(data_root() / "amazon_sports")) {
    std::puts("skipped: no real data; set M2GRL_DATA");
    return 77;
  }
  return Catch::Session().run(argc, argv);
}
