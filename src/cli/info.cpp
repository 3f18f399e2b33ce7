#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/output_file.hpp"
#include "cli/run_report.hpp"
#include "cli/text.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {
namespace {

json info_json(const model& m) {
  json views = json::array(), links = json::array();
  for (const model_view& view : m.views) {
    views.push_back({{"name", view.name}, {"nodes", view.ids.size()}, {"dim", view.tables.input.dim()}});
  }
  for (const link_data& link : m.links) {
    links.push_back(
        {{"from", m.views[link.from].name}, {"to", m.views[link.to].name}, {"pairs", link.targets.ids.size()}});
  }
  return {
      {"views", std::move(views)},       {"links", std::move(links)},
      {"tasks", tasks_json(m.tasks)},    {"queries", {{"validation", m.validation.size()}, {"test", m.test.size()}}},
      {"ingest", ingest_json(m.report)}, {"config", to_toml(m.cfg)}};
}

std::string info_text(const model& m) {
  std::vector<std::vector<std::string>> rows{{"view", "nodes", "dim"}};
  for (const model_view& view : m.views) {
    rows.push_back({view.name, grouped(view.ids.size()), fmt::format("{}", view.tables.input.dim())});
  }
  std::string text = "views\n" + aligned(rows);
  rows.clear();
  for (const link_data& link : m.links) {
    rows.push_back({fmt::format("{} → {}", m.views[link.from].name, m.views[link.to].name),
                    plural(link.targets.ids.size(), "pair", "pairs")});
  }
  if (!rows.empty()) text += "links\n" + aligned(rows);
  text += "tasks\n" + tasks_text(m.tasks);
  text += fmt::format("data: {} read, {} kept, {}, {}\n", plural(m.report.events_read, "event", "events"),
                      grouped(m.report.events_kept), plural(m.report.users, "user", "users"),
                      plural(m.report.sessions, "session", "sessions"));
  text += fmt::format("held out: {} for validation, {} for test\n", plural(m.validation.size(), "query", "queries"),
                      plural(m.test.size(), "query", "queries"));
  return text + "\nconfiguration\n\n" + to_toml(m.cfg);
}

}  // namespace

void add_info(CLI::App& app) {
  struct info_arguments {
    std::string model, json;
  };
  auto* command = app.add_subcommand("info", "what a model holds: views, links, tasks, configuration");
  auto args = std::make_shared<info_arguments>();
  command->add_option("model", args->model, "the model's folder")->required()->type_name("MODEL");
  command->add_option("--json", args->json, "write it as JSON; \"-\": to standard output")->type_name("FILE");
  command->callback([args] {
    require_writable_place(args->json);
    const model m = load_model(args->model);
    write_json(args->json, info_json(m));
    if (args->json != "-") fmt::print("{}", info_text(m));
  });
}

}  // namespace m2grl::cli
