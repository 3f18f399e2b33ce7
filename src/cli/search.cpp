#include <fmt/format.h>

#include <memory>
#include <numeric>

#include "cli/commands.hpp"
#include "cli/eval_options.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/model.hpp"
#include "m2grl/recommend.hpp"

namespace m2grl::cli {
namespace {

struct search_arguments {
  std::string model, id, view, out = "-", score = "next";
  bool all = false, metric = false;
  std::uint32_t k = 10;
  eval_options how;
};

/// The nodes to search for; empty: all.
std::vector<node_id> wanted_nodes(const search_arguments& args, const model_view& view) {
  if (args.all) return {};
  const node_id node = view.ids.find(args.id);
  if (node == no_node) throw invalid_input(fmt::format("view \"{}\" has no node \"{}\"", view.name, args.id));
  return {node};
}

neighbour_query query_of(const search_arguments& args, const model& m) {
  neighbour_query query;
  query.view = args.view;
  query.k = args.k;
  query.score = args.score == "cosine" ? neighbour_score::cosine : neighbour_score::next;
  // A view that is named is searched by its own vectors; else the items are, as they are configured to be composed.
  eval_config saved = m.cfg.eval;
  if (!args.view.empty()) saved.compose.clear();
  query.compose = args.how.applied(saved).compose;
  query.input_similarity = saved.input_similarity;
  return query;
}

void run_search(const search_arguments& args) {
  require_writable_place(args.out);
  const model m = load_model(args.model);
  const model_view& view = m.views[view_index(m, args.view)];
  const auto nodes = wanted_nodes(args, view);
  const auto found = args.metric ? metric_neighbours(m, nodes, args.k) : similar_nodes(m, nodes, query_of(args, m));
  output_file out(args.out);
  fmt::memory_buffer lines;
  for (std::size_t row = 0; row < found.size(); ++row) {
    lines.clear();
    const auto node = nodes.empty() ? static_cast<node_id>(row) : nodes[row];
    for (std::size_t i = 0; i < found[row].size(); ++i) {
      fmt::format_to(std::back_inserter(lines), "{}\t{}\t{}\t{}\n", view.ids.name(node), i + 1,
                     view.ids.name(found[row][i].id), found[row][i].score);
    }
    out.write({lines.data(), lines.size()});
  }
  out.commit();
  if (args.out != "-") fmt::print("wrote {} for {}\n", args.out, plural(found.size(), "node", "nodes"));
}

}  // namespace

void add_search(CLI::App& app) {
  auto* command = app.add_subcommand("search", "the nearest neighbours of one node, or of every node");
  auto args = std::make_shared<search_arguments>();
  command->add_option("model", args->model, "the model's folder")->required()->type_name("MODEL");
  auto* which = command->add_option_group("node", "what to search for");
  which->add_option("--id", args->id, "an id of the view")->type_name("ITEM");
  which->add_flag("--all", args->all, "every node of the view");
  which->require_option(1);
  auto* view =
      command
          ->add_option("--view", args->view, "search this view by its own vectors; by default the item view, composed")
          ->type_name("VIEW");
  command->add_option("-k,--k", args->k, "neighbours a node")
      ->check(CLI::Range(1u, 1000000000u))
      ->capture_default_str();
  args->how.add_compose(*command);
  command->add_flag("--metric", args->metric, "items by the metric's distance; the score is -d²")
      ->excludes(view)
      ->excludes("--compose");
  command->add_option("--score", args->score, "next: what tends to follow; cosine: what occurs in the same contexts")
      ->check(CLI::IsMember({"next", "cosine"}))
      ->capture_default_str()
      ->type_name("SCORE");
  command->add_option("--out", args->out, "node<TAB>rank<TAB>neighbour<TAB>score; \"-\": standard output")
      ->capture_default_str()
      ->type_name("FILE.tsv");
  command->callback([args] { run_search(*args); });
}

}  // namespace m2grl::cli
