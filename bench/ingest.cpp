// CSV to ids to sessions: events per second of load_dataset(), the files in the page cache.
#include <fmt/format.h>

#include <thread>

#include "m2grl/dataset.hpp"
#include "support/bench.hpp"
#include "support/event_log_file.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

struct file_case {
  const char* name;
  id_style ids;
  packing how;
  bool target;
};

config settings(const std::filesystem::path& file, std::uint32_t threads) {
  config cfg;
  cfg.data.root = file.parent_path();
  cfg.data.events = file.filename().string();
  cfg.data.user = "user_id";
  cfg.data.item = "item_id";
  cfg.data.time = "timestamp";
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  cfg.train.threads = threads;
  return cfg;
}

/// What the log holds, counted apart from the reader.
struct expectation {
  std::vector<std::uint64_t> item_counts;
  std::uint64_t users = 0, sessions = 0, events = 0;
};

void validate(const dataset& d, const expectation& e, id_style ids) {
  check(d.report.events_read == e.events && d.report.events_kept == e.events, "events were lost");
  check(d.report.users == e.users, fmt::format("{} users, not {}", d.report.users, e.users));
  check(d.report.sessions == e.sessions, fmt::format("{} sessions, not {}", d.report.sessions, e.sessions));
  const vocabulary& items = d.views[0].ids;
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < e.item_counts.size(); ++i) {
    if (e.item_counts[i] == 0) continue;
    const node_id node = items.find(item_name(i, ids));
    check(node != no_node && items.counts()[node] == e.item_counts[i], fmt::format("item {} is counted wrongly", i));
    sum += e.item_counts[i];
  }
  check(sum == e.events, "the expectation does not add up");
}

void body(const options& o, report& r) {
  const auto events = static_cast<std::uint64_t>(10e6 * o.size);
  const auto clicks =
      make_clicks(events, static_cast<std::uint32_t>(events / 10), static_cast<std::uint32_t>(events / 40));
  expectation e;
  e.events = clicks.size();
  e.item_counts.resize(events / 40);
  std::vector<bool> seen(events / 10);
  for (const click& c : clicks) {
    ++e.item_counts[c.item];
    e.users += seen[c.user] ? 0 : 1;
    seen[c.user] = true;
  }
  e.sessions = count_sessions(clicks, 1800);
  const temporary_folder folder;
  const std::uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
  for (const file_case& c : {file_case{"integers_plain", id_style::integers, packing::plain, true},
                             {"strings_plain", id_style::strings, packing::plain, true},
                             {"integers_gzip", id_style::integers, packing::gzip, false},
                             {"integers_zstd", id_style::integers, packing::zstd, false}}) {
    const std::string name = fmt::format("{}_{}_cores", c.name, cores);
    if (!r.wants(name)) continue;
    const auto file = folder.path() / "events.csv";
    if (!write_log(file, clicks, c.ids, c.how)) {
      fmt::print("{}: this build has no such compression\n", name);
      continue;
    }
    const config cfg = settings(file, cores);
    validate(load_dataset(cfg), e, c.ids);  // also brings the file into the page cache
    r.validated(fmt::format("{}: users, sessions and every item's count of {} events", c.name, e.events));
    figure f = measure(name, "events/s", o.runs,
                       [&] { return static_cast<double>(events) / seconds_of([&] { (void)load_dataset(cfg); }); });
    if (c.target && cores >= 2) f.target_value = 5e6;
    f.details = {{"events", static_cast<double>(events)},
                 {"file_bytes", static_cast<double>(std::filesystem::file_size(file))}};
    r.add(std::move(f));
  }
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "ingest", body); }
