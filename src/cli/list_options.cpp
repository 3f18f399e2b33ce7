#include "cli/list_options.hpp"

#include <fmt/format.h>

#include "cli/text.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cli {
namespace {

struct view_value {
  std::string view, value;
};

view_value parsed(const std::string& text, const char* option) {
  const auto sign = text.find('=');
  if (sign == std::string::npos || sign == 0) {
    throw invalid_input(fmt::format("{}: \"{}\" is not of the form VIEW=VALUE", option, text));
  }
  return {text.substr(0, sign), text.substr(sign + 1)};
}

}  // namespace

void list_options::add(CLI::App& command) {
  command.add_option("--only", only, "nothing that is not linked to it; of several of one view, to any of them")
      ->allow_extra_args(false)
      ->type_name("VIEW=VALUE");
  command.add_option("--not", never, "nothing that is linked to it; may be given several times")
      ->allow_extra_args(false)
      ->type_name("VIEW=VALUE");
  command.add_option("--exclude-file", exclude_file, "ids that are never listed, one a line; \"-\": standard input")
      ->type_name("FILE");
}

node_selection list_options::selected(const model& m, std::size_t view) const {
  node_selection selection(m, view);
  for (const std::string& text : only) {
    const view_value pair = parsed(text, "--only");
    selection.only(pair.view, pair.value);
  }
  for (const std::string& text : never) {
    const view_value pair = parsed(text, "--not");
    selection.never(pair.view, pair.value);
  }
  if (!exclude_file.empty()) {
    const listed_nodes list = read_nodes(m.views[view].ids, exclude_file);
    tell_unknown(list.unknown_lines, list.lines, list.unknown, "excluded ids");
    selection.never(list.nodes);
  }
  return selection;
}

void tell_unknown(std::uint64_t unknown, std::uint64_t all, const std::vector<std::string>& names, const char* what) {
  if (unknown == 0) return;
  fmt::print(stderr, "m2grl: {} of {} {} are unknown to the model and left out: {}{}\n", grouped(unknown), grouped(all),
             what, fmt::join(names, ", "), unknown > names.size() ? ", …" : "");
}

}  // namespace m2grl::cli
