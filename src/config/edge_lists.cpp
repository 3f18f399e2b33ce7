#include "config/edge_lists.hpp"

#include <fmt/format.h>

#include <sstream>

#include "m2grl/error.hpp"

namespace m2grl {
namespace {

constexpr const char* plain_columns = "u v weight";

std::size_t* column_of(edge_columns& columns, const std::string& word) {
  if (word == "u") return &columns.u;
  if (word == "v") return &columns.v;
  if (word == "type") return &columns.type;
  if (word == "weight") return &columns.weight;
  return word == "label" ? &columns.label : nullptr;
}

}  // namespace

edge_columns parse_edge_columns(std::string_view text) {
  edge_columns columns;
  columns.text = text;
  columns.weight_optional = text.empty();
  std::istringstream words(text.empty() ? plain_columns : std::string(text));
  for (std::string word; words >> word; ++columns.count) {
    if (word == "-") continue;
    std::size_t* const column = column_of(columns, word);
    if (column == nullptr) {
      throw invalid_input(
          fmt::format("\"{}\" is no column of an edge: they are u, v, type, weight, label and \"-\" for "
                      "one that is passed over",
                      word));
    }
    if (*column != no_column) throw invalid_input(fmt::format("\"{}\" names column {} twice", text, word));
    *column = columns.count;
  }
  if (columns.u == no_column || columns.v == no_column) {
    throw invalid_input(fmt::format("\"{}\" names no column {}", text, columns.u == no_column ? "u" : "v"));
  }
  return columns;
}

bool share_nodes(const view_config& a, const view_config& b) {
  if (a.edges.empty() || b.edges.empty()) return false;
  return a.nodes == b.nodes && (!a.nodes.empty() || a.edges == b.edges);
}

}  // namespace m2grl
