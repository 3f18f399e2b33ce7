#include "m2grl/recommend.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/device_option.hpp"
#include "cli/eval_options.hpp"
#include "cli/list_options.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {
namespace {

struct recommend_arguments {
  std::string model, histories, out, device = "auto";
  std::uint32_t k = 10;
  eval_options how;
  list_options lists;
  discovery_taste taste;
  bool discoveries = false;  ///< some option of `taste` was given
};

std::vector<std::vector<scored_node>> best_of(const recommend_arguments& args, const model& m, ragged_ref histories) {
  const eval_config how = args.how.applied(m.cfg.eval);
  const flag_filter allowed(args.lists.selected(m, 0));
  if (args.discoveries) return recommend_discoveries(m, histories, args.k, how, args.taste, allowed.filters());
  return recommend(m, histories, args.k, how, allowed.filters(), device_named(args.device));
}

void run_recommend(const recommend_arguments& args) {
  require_writable_place(args.out);
  const model m = load_model(args.model);
  const auto& items = m.views.front().ids;
  const user_histories read = read_histories(items, args.histories);
  tell_unknown(read.unknown_events, read.events, read.unknown, "history items");
  const auto best = best_of(args, m, read.histories);
  output_file out(args.out);
  fmt::memory_buffer lines;
  for (std::size_t u = 0; u < best.size(); ++u) {
    lines.clear();
    for (std::size_t i = 0; i < best[u].size(); ++i) {
      fmt::format_to(std::back_inserter(lines), "{}\t{}\t{}\t{}\n", read.users[u], i + 1, items.name(best[u][i].id),
                     best[u][i].score);
    }
    out.write({lines.data(), lines.size()});
  }
  out.commit();
  if (args.out != "-") fmt::print("wrote {} for {}\n", args.out, plural(best.size(), "history", "histories"));
}

/// Options that mix a metric in, or take from the familiar; they work on the CPU.
void add_taste(CLI::App& command, discovery_taste& taste) {
  for (CLI::Option* option :
       {command.add_option("--mix", taste.mix, "share of the metric in the score")
            ->check(CLI::Range(0.0, 1.0))
            ->type_name("L"),
        command
            .add_option("--known-penalty", taste.known_penalty,
                        "taken from the score where the history has an item's category, in standard deviations")
            ->check(CLI::NonNegativeNumber)
            ->type_name("K"),
        command.add_option("--view", taste.view, "of --mix and --known-penalty: the category-like view")
            ->type_name("VIEW")}) {
    option->excludes("--device");
  }
}

}  // namespace

void add_recommend(CLI::App& app) {
  auto* command = app.add_subcommand("recommend", "the next items of users, from their histories");
  auto args = std::make_shared<recommend_arguments>();
  command->add_option("model", args->model, "the model's folder")->required()->type_name("MODEL");
  command->add_option("--history", args->histories, "user<TAB>item item …, oldest first; \"-\": standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("-k,--k", args->k, "recommendations a user")
      ->check(CLI::Range(1u, 1000000000u))
      ->capture_default_str();
  args->how.add_compose(*command);
  args->how.add_query(*command, "--last");
  args->lists.add(*command);
  add_device(*command, args->device);
  add_taste(*command, args->taste);
  command->add_option("--out", args->out, "user<TAB>rank<TAB>item<TAB>score; \"-\": standard output")
      ->required()
      ->type_name("FILE.tsv");
  command->callback([args, command] {
    args->discoveries = command->count("--mix") + command->count("--known-penalty") + command->count("--view") > 0;
    run_recommend(*args);
  });
}

}  // namespace m2grl::cli
