#include "ingest/edge_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ingest/block_reader.hpp"
#include "ingest/id_table.hpp"
#include "ingest/numbers.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

struct edges {
  std::vector<node_id> from, to;
  std::vector<double> weight;   ///< empty: 1 each
  std::vector<std::string> names;
};

std::vector<std::string_view> fields_of(std::string_view row) {
  std::vector<std::string_view> fields;
  for (std::size_t at = row.find_first_not_of(" \t,\r"); at != std::string_view::npos;) {
    const std::size_t end = std::min(row.find_first_of(" \t,\r", at), row.size());
    fields.push_back(row.substr(at, end - at));
    at = row.find_first_not_of(" \t,\r", end);
  }
  return fields;
}

double weight_of(std::string_view text, const input_place& place) {
  double weight = 0;
  if (!parse_real(text, weight) || !std::isfinite(weight) || weight <= 0) {
    throw invalid_input(place, fmt::format("edge weight {} is not a finite number > 0", quoted(text)));
  }
  return weight;
}

edges read_edges(const data_config& data, const view_config& view) {
  text_source source(data.root, view.edges);
  const std::string name = source.name();
  block_reader reader(std::move(source), '\0');
  edges e;
  std::vector<id_table> tables(1);
  std::uint64_t line = 0;
  text_block block;
  while (reader.next(block)) {
    std::string_view text(block.text_begin(), static_cast<std::size_t>(block.text_end() - block.text_begin()));
    while (!text.empty()) {
      const std::string_view row = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), row.size() + 1));
      ++line;
      const auto fields = fields_of(row);
      if (fields.empty() || fields[0][0] == '#') continue;
      const input_place place{name, line, 0};
      if (fields.size() != 2 && fields.size() != 3) {
        throw invalid_input(place, fmt::format("an edge is \"u v\" or \"u v weight\", not {} fields", fields.size()));
      }
      if ((fields.size() == 3) != !e.weight.empty() && !e.from.empty()) {
        throw invalid_input(place, "some edges have a weight and others have none");
      }
      const auto number = [&](std::string_view id) {
        return tables[0].find_or_insert(make_key(id), id, 2 * e.from.size());
      };
      const node_id from = number(fields[0]), to = number(fields[1]);
      if (fields.size() == 3) e.weight.push_back(weight_of(fields[2], place));
      e.from.push_back(from);
      e.to.push_back(to);
    }
  }
  if (reader.source_fault()) std::rethrow_exception(reader.source_fault());
  if (e.from.empty()) throw invalid_input({name, 0, 0}, "the file holds no edges");
  const id_names names = merge_ids(std::move(tables), {0, 2 * e.from.size()}, 1).names;
  for (std::size_t i = 0; i < names.size(); ++i) e.names.push_back(names.name(static_cast<node_id>(i)));
  return e;
}

}  // namespace

view_data read_edge_view(const data_config& data, const view_config& view) {
  edges e = read_edges(data, view);
  const std::size_t n = e.names.size();
  std::vector<double> degree(n, 0);
  for (std::size_t i = 0; i < e.from.size(); ++i) {
    const double weight = e.weight.empty() ? 1 : e.weight[i];
    degree[e.from[i]] += weight;
    degree[e.to[i]] += weight;
  }
  std::vector<node_id> order(n), place(n);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](node_id a, node_id b) { return degree[a] > degree[b]; });
  std::vector<std::string> names;
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < n; ++i) {
    place[order[i]] = static_cast<node_id>(i);
    names.push_back(std::move(e.names[order[i]]));
    counts.push_back(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(std::min(degree[order[i]], 9e18)))));
  }
  for (std::size_t i = 0; i < e.from.size(); ++i) {
    e.from[i] = place[e.from[i]];
    e.to[i] = place[e.to[i]];
  }
  view_data result;
  result.name = view.name;
  result.ids = vocabulary(std::move(names), std::move(counts));
  result.graph = build_edge_graph(e.from, e.to, e.weight, n, view.directed);
  return result;
}

}  // namespace m2grl::ingest
