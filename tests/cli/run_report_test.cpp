/// What `train --dry-run` says of a data set.
#include "cli/run_report.hpp"

#include <catch2/catch.hpp>

#include "support/process.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// One view of two users' events.
struct small_log {
  test::temporary_folder folder;
  config cfg;

  small_log() {
    test::write_file(folder / "events.csv",
                     "user,item,when,type\n1,a,1,view\n1,b,2,buy\n1,c,4,view\n2,a,1,view\n2,b,2,buy\n");
    cfg.data.root = folder.path();
    cfg.data.events = "events.csv";
    cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "when", cfg.data.event_type = "type";
    cfg.data.event_weights = {{"view", 1}, {"buy", 5}};
    cfg.views.resize(1);
    cfg.views[0].name = "item";
  }
  /// The lines of the graphs.
  [[nodiscard]] std::string graphs(bool build) const {
    const std::string text = cli::plan_text(cfg, load_dataset(cfg, {.build_graphs = build}));
    return text.substr(0, text.find("tasks ("));
  }
};

}  // namespace

TEST_CASE("the plan describes the graph that is walked on, built or not yet") {
  small_log log;
  log.cfg.views[0].sequences = sequence_source::walks;
  const std::string built = log.graphs(true);
  CHECK(log.graphs(false) == built);
  CHECK_THAT(built, Contains("item (walked on, undirected)") && Contains("3 nodes, 4 entries"));
}

TEST_CASE("the plan describes the transitions of sessions that are not walked on") {
  CHECK_THAT(small_log().graphs(true), Contains("item (transitions of its sessions, undirected)"));
}
