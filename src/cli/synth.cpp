#include "m2grl/synth.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/text.hpp"

namespace m2grl::cli {
namespace {

struct synth_arguments {
  synth_config plan;
  std::string out;
};

void run_synth(const synth_arguments& args) {
  const marketplace market = generate_marketplace(args.plan);
  write_marketplace(market, args.out);
  fmt::print("wrote {} of {} on {} to {}: events.csv, items.csv, marketplace.toml\n",
             plural(market.events.ids.size(), "event", "events"), plural(market.events.size(), "user", "users"),
             plural(market.category.size(), "item", "items"), args.out);
}

}  // namespace

void add_synth(CLI::App& app) {
  auto* command = app.add_subcommand("synth", "write a synthetic marketplace with planted tastes, of any size");
  auto args = std::make_shared<synth_arguments>();
  synth_config& plan = args->plan;
  command->add_option("--out", args->out, "folder, made where it does not exist")->required()->type_name("DIR");
  command->add_option("--users", plan.users)->capture_default_str();
  command->add_option("--items", plan.items)->capture_default_str();
  command->add_option("--categories", plan.categories)->capture_default_str();
  command->add_option("--brands", plan.brands)->capture_default_str();
  command->add_option("--shops", plan.shops)->capture_default_str();
  command->add_option("--events-per-user", plan.events_per_user, "mean")->capture_default_str();
  command->add_option("--zipf", plan.zipf, "exponent of the popularity within a category or brand")
      ->capture_default_str();
  command->add_option("--seed", plan.seed)->capture_default_str();
  command->add_option("--threads", plan.threads, "0: every core; the result does not depend on it")
      ->capture_default_str();
  command->callback([args] { run_synth(*args); });
}

}  // namespace m2grl::cli
