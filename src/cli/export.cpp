#include "m2grl/export.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/eval_options.hpp"
#include "cli/text.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {
namespace {

struct export_arguments {
  std::string model, format, out;
  eval_options how;
  bool metric = false;
};

vector_format format_of(const std::string& name) {
  if (name == "npy") return vector_format::npy;
  if (name == "safetensors") return vector_format::safetensors;
  return name == "word2vec" ? vector_format::word2vec : vector_format::word2vec_binary;
}

void run_export(const export_arguments& args) {
  const model m = load_model(args.model);
  const auto compose = args.how.applied(m.cfg.eval).compose;
  export_vectors(m, args.out, format_of(args.format), compose, args.metric);
  fmt::print("wrote the vectors of {}{}{} to {}\n", plural(m.views.size(), "view", "views"),
             compose.empty() ? "" : " and the composed ones", args.metric ? " and the metric's" : "", args.out);
}

}  // namespace

void add_export(CLI::App& app) {
  auto* command = app.add_subcommand("export", "write the vectors as files that other tools read");
  auto args = std::make_shared<export_arguments>();
  command->add_option("model", args->model, "the model's folder")->required()->type_name("MODEL");
  command->add_option("--format", args->format, "npy, safetensors, word2vec or word2vec-bin")
      ->required()
      ->check(CLI::IsMember({"npy", "safetensors", "word2vec", "word2vec-bin"}))
      ->type_name("FORMAT");
  args->how.add_compose(*command);
  command->add_flag("--metric", args->metric, "the metric's vectors of the items, too");
  command->add_option("--out", args->out, "folder, made where it does not exist")->required()->type_name("DIR");
  command->callback([args] { run_export(*args); });
}

}  // namespace m2grl::cli
