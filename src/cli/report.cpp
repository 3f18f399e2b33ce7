#include "cli/report.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/output_file.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {
namespace {

struct report_arguments {
  std::string model, out, split = "test";
  report_options options;
};

/// "shops/a.model/" → "shops/a.model.html"
std::string beside(const std::string& model) {
  return (std::filesystem::absolute(model) / "").lexically_normal().parent_path().string() + ".html";
}

void run_report(report_arguments args) {
  if (args.out.empty()) args.out = beside(args.model);
  require_writable_place(args.out);
  const model m = load_model(args.model);
  args.options.validation = args.split == "validation";
  if (args.options.title.empty()) args.options.title = std::filesystem::path(beside(args.model)).stem().string();
  write_report(m, args.options, args.out);
  if (args.out != "-") fmt::print("wrote {}: open it in a browser\n", args.out);
}

}  // namespace

void write_report(const model& m, const report_options& options, const std::string& path) {
  const std::string page = report_html(m, options);
  output_file file(path);
  file.write(page);
  file.commit();
}

void add_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "a model in pictures: one HTML page that needs nothing else");
  auto args = std::make_shared<report_arguments>();
  command->add_option("model", args->model, "the model's folder")->required()->type_name("MODEL");
  command->add_option("--out", args->out, "the page; by default MODEL.html; \"-\": to standard output")
      ->type_name("FILE");
  command->add_option("--split", args->split, "held-out events to ask about: validation or test")
      ->check(CLI::IsMember({"validation", "test"}))
      ->capture_default_str()
      ->type_name("SPLIT");
  command->add_option("--title", args->options.title, "heading; by default the model's name")->type_name("TEXT");
  command->add_option("--map", args->options.map, "nodes of each view on its map; of larger views a sample")
      ->check(CLI::Range(3u, 100000u))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--seed", args->options.seed, "of the sample")->capture_default_str();
  command->callback([args] { run_report(*args); });
}

}  // namespace m2grl::cli
