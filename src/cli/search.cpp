#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/commands.hpp"
#include "cli/device_option.hpp"
#include "cli/eval_options.hpp"
#include "cli/list_options.hpp"
#include "cli/output_file.hpp"
#include "cli/text.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/model.hpp"
#include "m2grl/recommend.hpp"

namespace m2grl::cli {
namespace {

struct index_arguments {
  std::string load, build;
  std::uint32_t width = 100, threads = 0, recall = 0;
};

struct search_arguments {
  std::string model, id, view, out = "-", score = "next", device = "auto";
  bool all = false, metric = false;
  std::optional<std::uint32_t> k;
  eval_options how;
  list_options lists;
  index_arguments index;
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
  query.score = args.score == "cosine" ? neighbour_score::cosine
                : args.score == "l2"   ? neighbour_score::l2
                                       : neighbour_score::next;
  // A view that is named is searched by its own vectors; else the items are, as they are configured to be composed.
  eval_config saved = m.cfg.eval;
  if (!args.view.empty()) saved.compose.clear();
  query.compose = args.how.applied(saved).compose;
  query.input_similarity = saved.input_similarity;
  return query;
}

/// The index that the arguments ask for, if any.
std::optional<vector_index> index_of(const index_arguments& args, const neighbour_vectors& vectors) {
  if (!args.load.empty()) return vector_index::load(args.load, vectors.candidates());
  if (args.build.empty()) return std::nullopt;
  index_options how;
  how.by = vectors.by(), how.threads = args.threads;
  std::optional<vector_index> index(std::in_place, vectors.candidates(), how);
  index->save(args.build);
  fmt::print(stderr, "m2grl: wrote the index {} over {}\n", args.build,
             plural(vectors.candidates().rows(), "vector", "vectors"));
  return index;
}

/// Recall of the index's lists on nodes spread evenly over the view.
void tell_recall(std::uint32_t sample, const neighbour_vectors& vectors, neighbour_limits limits) {
  const std::uint64_t nodes = vectors.view().ids.size();
  std::vector<node_id> some(std::min<std::uint64_t>(sample, nodes));
  for (std::size_t i = 0; i < some.size(); ++i) some[i] = static_cast<node_id>(i * nodes / some.size());
  const auto found = similar_nodes(vectors, some, limits);
  limits.index = nullptr;
  fmt::print(stderr, "m2grl: recall@{} of the index is {:.2f} % over {}\n", limits.k,
             100 * recall(found, similar_nodes(vectors, some, limits)), plural(some.size(), "node", "nodes"));
}

void write_lists(const search_arguments& args, const model_view& view, std::span<const node_id> nodes,
                 const std::vector<std::vector<scored_node>>& found) {
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

void run_search(const search_arguments& args) {
  require_writable_place(args.out);
  require_writable_place(args.index.build);
  const model m = load_model(args.model);
  const std::size_t index_of_view = view_index(m, args.view);
  const model_view& view = m.views[index_of_view];
  const auto nodes = wanted_nodes(args, view);
  const std::uint32_t k = args.k.value_or(static_cast<std::uint32_t>(std::min<std::size_t>(10, view.ids.size())));
  const neighbour_vectors vectors = args.metric ? metric_neighbours(m) : neighbour_vectors(m, query_of(args, m));
  const flag_filter allowed(args.lists.selected(m, index_of_view));
  const auto index = index_of(args.index, vectors);
  neighbour_limits limits;
  limits.k = k;
  limits.filters = allowed.filters(), limits.width = args.index.width;
  limits.index = index ? &*index : nullptr;
  limits.device = device_named(args.device);
  write_lists(args, view, nodes, similar_nodes(vectors, nodes, limits));
  if (index && args.index.recall > 0) tell_recall(args.index.recall, vectors, limits);
}

void add_index_options(CLI::App& command, index_arguments& args) {
  auto* load = command.add_option("--index", args.load, "search this index of --build-index: faster, may miss some")
                   ->type_name("FILE");
  auto* build = command.add_option("--build-index", args.build, "build an index, write it, and search it")
                    ->excludes(load)
                    ->type_name("FILE");
  command.add_option("--width", args.width, "candidates that an index looks up for a node: more is slower and better")
      ->check(CLI::Range(1u, 1000000000u))
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--build-threads", args.threads, "threads that build it, 0: all; 1 builds the same index each time")
      ->needs(build)
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--recall", args.recall, "tell the index's recall on so many nodes; 0: do not")
      ->capture_default_str()
      ->type_name("N");
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
  command->add_option("-k,--k", args->k, "neighbours a node; by default 10, or all of a smaller view")
      ->check(CLI::Range(1u, 1000000000u));
  args->how.add_compose(*command);
  command
      ->add_option("--score", args->score,
                   "next: what tends to follow; cosine: what occurs in the same contexts; l2: the same by distance")
      ->check(CLI::IsMember({"next", "cosine", "l2"}))
      ->capture_default_str()
      ->type_name("SCORE");
  command->add_flag("--metric", args->metric, "items by the metric's distance; the score is -d²")
      ->excludes(view)
      ->excludes("--compose")
      ->excludes("--score");
  args->lists.add(*command);
  add_index_options(*command, args->index);
  add_device(*command, args->device);
  command->add_option("--out", args->out, "node<TAB>rank<TAB>neighbour<TAB>score; \"-\": standard output")
      ->capture_default_str()
      ->type_name("FILE.tsv");
  command->callback([args] { run_search(*args); });
}

}  // namespace m2grl::cli
