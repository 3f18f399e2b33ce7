/// A tour: a marketplace is drawn, read, trained on and asked, and what there was to find is known.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/commands.hpp"
#include "cli/eval/metrics_report.hpp"
#include "cli/output_file.hpp"
#include "cli/progress_view.hpp"
#include "cli/report.hpp"
#include "cli/run_report.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/text.hpp"
#include "m2grl/error.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/recommend.hpp"
#include "m2grl/synth.hpp"
#include "m2grl/trainer.hpp"

namespace m2grl::cli {
namespace {

namespace fs = std::filesystem;

struct demo_arguments {
  synth_config plan;
  std::string out, json;
};

/// The parts of the tour, one after another.
class tour {
 public:
  tour(const demo_arguments& args, fs::path folder, std::stop_token stop)
      : args_(args), folder_(std::move(folder)), stop_(std::move(stop)) {}

  void run() {
    draw_marketplace();
    train_views();
    evaluate();
    show_recommendations();
    show_categories();
    draw_pictures();
    say_what_next();
  }

 private:
  void heading(std::string_view text) {
    if (stop_.stop_requested()) throw interrupted("interrupted");
    fmt::print("\n{}. {}\n\n", ++part_, text);
    (void)std::fflush(stdout);
  }

  void draw_marketplace() {
    fmt::print("m2grl demo: from a click log to recommendations, on a marketplace whose rules are known\n");
    heading("The marketplace");
    market_ = generate_marketplace(args_.plan);
    write_marketplace(market_, folder_);
    const synth_config& plan = args_.plan;
    fmt::print("  {} clicked {} of {} categories and {} brands: {}.\n", plural(market_.events.size(), "user", "users"),
               plural(market_.category.size(), "item", "items"), grouped(plan.categories), grouped(plan.brands),
               plural(market_.events.ids.size(), "event", "events"));
    fmt::print(
        "  After each click the next item was drawn by a rule: {:.0f} % one of the item's {} planted successors,\n"
        "  {:.0f} % the same brand, {:.0f} % the same category, {:.0f} % a related category, else any of the user's\n"
        "  tastes. So the score that no model can beat is known, too.\n",
        100 * plan.follow, plan.successors, 100 * plan.same_brand, 100 * plan.same_category,
        100 * plan.related_category);
  }

  void train_views() {
    heading("Training three views together: item, category, brand");
    config cfg = load_config(folder_ / "marketplace.toml");
    std::erase_if(cfg.views, [](const view_config& view) { return view.name == "shop"; });
    std::erase_if(cfg.links, [](const link_config& link) { return link.to == "shop"; });
    validate(cfg);
    dataset data = load_dataset(cfg);
    fmt::print("{}", ingest_text(data));
    (void)std::fflush(stdout);
    progress_view view("");
    train_options options;
    options.on_progress = [&](const progress& now) { view(now); };
    options.stop = stop_;
    train_result result = train(cfg, data, options);
    view.finish();
    if (result.stopped) throw interrupted("interrupted; no model was written");
    model_ = make_model(cfg, std::move(data), std::move(result.learned));
    const double rate = static_cast<double>(result.pairs) / std::max(result.seconds, 1e-9);
    fmt::print("\n  {} in {}: {} pairs, {} pairs/s. A task that is hard to predict (a greater σ²) weighs less:\n\n{}",
               plural(result.epochs, "epoch", "epochs"), duration(result.seconds), grouped(result.pairs), scaled(rate),
               tasks_text(model_.tasks));
    if (!args_.out.empty()) save_model(model_, folder_ / "model");
  }

  void evaluate() {
    heading("Each user's last click, predicted from the clicks before it");
    eval_config alone = model_.cfg.eval;
    alone.compose.clear();
    const auto composed = evaluate_next_item(model_, false, model_.cfg.eval);
    const auto item = evaluate_next_item(model_, false, alone);
    const ranking_metrics ceiling = ceiling_of(model_.cfg.eval.k);
    fmt::print("  {}, all {} ranked; HR@10 is the share of users whose item is among the first 10.\n\n{}",
               plural(composed.model.queries, "user", "users"), plural(model_.views[0].ids.size(), "item", "items"),
               metrics_text({{"random order", composed.random},
                             {"popularity", composed.popularity},
                             {"item view alone", item.model},
                             {"three views composed", composed.model},
                             {"ceiling (the true rule)", ceiling, false}}));
    const auto hits = [](const ranking_metrics& m) { return m.at.front().hit_rate; };
    fmt::print(
        "\n  The three views find {:.0f} % of what can be found, the item view alone {:.0f} %, popularity {:.0f} %.\n",
        100 * hits(composed.model) / hits(ceiling), 100 * hits(item.model) / hits(ceiling),
        100 * hits(composed.popularity) / hits(ceiling));
    write_json(args_.json, {{"queries", composed.model.queries},
                            {"random", metrics_json(composed.random)},
                            {"popularity", metrics_json(composed.popularity)},
                            {"item", metrics_json(item.model)},
                            {"composed", metrics_json(composed.model)},
                            {"ceiling", metrics_json(ceiling)},
                            {"tasks", tasks_json(model_.tasks)}});
  }

  [[nodiscard]] ranking_metrics ceiling_of(const std::vector<std::uint32_t>& k) const {
    const oracle_metrics oracle = oracle_ranking(market_, false, k);
    ranking_metrics metrics;
    metrics.queries = oracle.queries;
    metrics.mrr = oracle.mrr;
    for (const oracle_at_k& at : oracle.at) metrics.at.push_back({at.k, at.hit_rate, at.ndcg, 0});
    return metrics;
  }

  /// "i12 (c3, b7)"
  [[nodiscard]] std::string label(node_id item) const {
    const std::string& name = model_.views[0].ids.name(item);
    const std::size_t planted = std::stoul(name.substr(1));
    return fmt::format("{} (c{}, b{})", name, market_.category[planted], market_.brand[planted]);
  }

  void show_recommendations() {
    heading("Recommendations for the first three users: item (category, brand)");
    const std::size_t users = std::min<std::size_t>(3, model_.test.size());
    ragged histories;
    for (std::size_t u = 0; u < users; ++u) {
      const auto items = model_.test.histories[u];
      histories.ids.insert(histories.ids.end(), items.begin(), items.end());
      histories.end_row();
    }
    const auto best = recommend(model_, histories, 5, model_.cfg.eval);
    for (std::size_t u = 0; u < users; ++u) {
      const auto items = histories[u];
      fmt::print("  clicked {}", items.size() > 3 ? "… " : "");
      for (std::size_t i = items.size() > 3 ? items.size() - 3 : 0; i < items.size(); ++i) {
        fmt::print("{}{}", label(items[i]), i + 1 < items.size() ? ", " : "\n");
      }
      for (std::size_t i = 0; i < best[u].size(); ++i) {
        fmt::print("    {}  {}{}\n", i + 1, label(best[u][i].id),
                   best[u][i].id == model_.test.targets[u] ? "   <- what the user clicked next" : "");
      }
    }
  }

  void show_categories() {
    heading("What the category view knows: the nearest categories of each");
    const std::size_t others = args_.plan.categories_per_taste - 1;
    neighbour_query query;
    query.view = "category";
    query.k = static_cast<std::uint32_t>(std::max<std::size_t>(others, 1));
    query.score = neighbour_score::cosine;
    const auto near = similar_nodes(model_, {}, query);
    const auto& names = model_.views[1].ids;
    const auto taste = [&](node_id node) { return market_.taste_of_category[std::stoul(names.name(node).substr(1))]; };
    std::uint64_t same = 0, all = 0;
    for (node_id node = 0; node < near.size(); ++node) {
      for (const scored_node& other : near[node]) same += taste(other.id) == taste(node) ? 1 : 0;
      all += near[node].size();
    }
    for (node_id node = 0; node < std::min<std::size_t>(3, near.size()); ++node) {
      std::vector<std::string> shown;
      for (const scored_node& other : near[node]) shown.push_back(names.name(other.id));
      fmt::print("  {}: {}\n", names.name(node), fmt::join(shown, ", "));
    }
    fmt::print(
        "\n  {:.0f} % of all these neighbours share a planted taste with their category; by chance {:.0f} % would.\n",
        100.0 * static_cast<double>(same) / static_cast<double>(std::max<std::uint64_t>(all, 1)),
        100.0 * static_cast<double>(others) / static_cast<double>(std::max<std::size_t>(names.size(), 2) - 1));
  }

  void draw_pictures() {
    heading("The same in pictures");
    const fs::path page = args_.out.empty() ? new_temporary_file("m2grl-demo", ".html") : folder_ / "report.html";
    write_report(model_, {.title = "A synthetic marketplace"}, page.string());
    fmt::print("  {}: losses, frequencies, maps of the vectors. Open it in a browser.\n", page.string());
  }

  void say_what_next() const {
    if (args_.out.empty()) {
      fmt::print("\nm2grl demo --out DIR keeps the log, the configuration, the model and its pictures.\n");
      return;
    }
    fmt::print(
        "\nKept in {0}: events.csv, items.csv, marketplace.toml, the model and report.html. Now try\n\n"
        "  m2grl info {0}/model\n  m2grl eval {0}/model --compose item,category:0.5\n"
        "  m2grl search {0}/model --id i1\n  m2grl export {0}/model --format npy --out {0}/vectors\n"
        "  m2grl train {0}/marketplace.toml --out {0}/model-2 --set train.dim=128\n",
        args_.out);
  }

  const demo_arguments& args_;
  fs::path folder_;
  std::stop_token stop_;
  int part_ = 0;
  marketplace market_;
  model model_;
};

void run_demo(const demo_arguments& args, interrupts& signals) {
  require_writable_place(args.json);
  std::optional<scratch_folder> scratch;
  const std::stop_token stop = signals.begin_training();  // the scratch folder goes, too, when a signal ends the tour
  if (args.out.empty()) {
    scratch.emplace();
  } else if (fs::exists(args.out) && !(fs::is_directory(args.out) && fs::is_empty(args.out))) {
    throw invalid_input(fmt::format("{} exists already; --out takes a new folder", args.out));
  } else {
    require_writable_place(args.out);
  }
  tour(args, scratch ? scratch->path() : fs::path(args.out), stop).run();
}

}  // namespace

void add_demo(CLI::App& app, interrupts& signals) {
  auto* command = app.add_subcommand("demo", "a synthetic marketplace: generate, train, evaluate, recommend, report");
  auto args = std::make_shared<demo_arguments>();
  command
      ->add_option("--out", args->out,
                   "keep the data, the configuration, the model and its pictures in this new folder")
      ->type_name("DIR");
  command->add_option("--users", args->plan.users, "users that click")->capture_default_str();
  command->add_option("--items", args->plan.items, "items of the catalogue")->capture_default_str();
  command->add_option("--categories", args->plan.categories, "their categories")->capture_default_str();
  command->add_option("--brands", args->plan.brands, "their brands")->capture_default_str();
  command->add_option("--seed", args->plan.seed, "of everything that is drawn")->capture_default_str();
  command->add_option("--threads", args->plan.threads, "0: every core")->capture_default_str();
  command->add_option("--json", args->json, "write the scores as JSON")->type_name("FILE");
  command->callback([args, &signals] { run_demo(*args, signals); });
}

}  // namespace m2grl::cli
