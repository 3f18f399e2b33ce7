/// Every ready configuration on the data set that it is for, as one would try it and as one would train for production.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "support/missing.hpp"
#include "support/process.hpp"

namespace fs = std::filesystem;

namespace {

fs::path data_root() {
  const char* named = std::getenv("M2GRL_DATA");
  return fs::absolute(named != nullptr ? named : "../shared/data");
}

struct ready_config {
  const char* name;
  const char* folder;
  std::size_t views;
  bool asks;  ///< its split holds queries out
};

constexpr ready_config ready[] = {{"amazon_sports", "amazon_sports", 3, true},
                                  {"amazon_beauty", "amazon_beauty", 3, true},
                                  {"amazon_beauty", "amazon_sports", 3, true},  // serves any set of its form
                                  {"globo", "globo", 3, true},
                                  {"ppi", "graphs/ppi", 1, false},
                                  {"blogcatalog", "graphs/blogcatalog", 1, false},
                                  {"gatne_amazon", "gatne_amazon", 2, false}};

nlohmann::json train(const m2grl::test::temporary_folder& folder, const ready_config& config,
                     std::vector<std::string> settings) {
  std::vector<std::string> command{M2GRL_BINARY,
                                   "train",
                                   (fs::path(M2GRL_CONFIGS) / config.name).string() + ".toml",
                                   "--data",
                                   (data_root() / config.folder).string(),
                                   "--out",
                                   "model",
                                   "--overwrite",
                                   "--json",
                                   "train.json",
                                   "--set",
                                   "train.epochs=1",
                                   "--set",
                                   "train.dim=16"};
  for (std::string& setting : settings) command.insert(command.end(), {"--set", std::move(setting)});
  const auto result = m2grl::test::run(command, folder.path());
  INFO(result.err);
  REQUIRE(result.code == 0);
  return nlohmann::json::parse(m2grl::test::read_file(folder / "train.json"));
}

}  // namespace

TEST_CASE("every ready configuration trains, with its own split and without one") {
  for (const ready_config& config : ready) {
    CAPTURE(config.name, config.folder);
    const m2grl::test::temporary_folder folder;
    const auto own = train(folder, config, {});
    CHECK(own["views"].size() == config.views);
    const auto asked = m2grl::test::run({M2GRL_BINARY, "eval", "model"}, folder.path());
    CHECK((asked.code == 0) == config.asks);
    const auto production = train(folder, config, {"split.kind=none"});
    for (std::size_t t = 0; t < own["tasks"].size(); ++t) {
      CHECK(own["tasks"][t]["pairs"].get<std::uint64_t>() > 0);
      // Nothing is held out any more: there is at least as much to train on.
      CHECK(production["tasks"][t]["pairs"].get<std::uint64_t>() >= own["tasks"][t]["pairs"].get<std::uint64_t>());
    }
    CHECK(m2grl::test::run({M2GRL_BINARY, "eval", "model"}, folder.path()).code == 1);
  }
}

std::string m2grl::test::missing() {
  for (const ready_config& config : ready) {
    if (!fs::exists(data_root() / config.folder)) return std::string("no ") + config.folder + "; set M2GRL_DATA";
  }
  return {};
}
