#include "ingest/edge_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "ingest/id_table.hpp"
#include "ingest/numbers.hpp"
#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

struct edges {
  std::vector<node_id> from, to;
  std::vector<double> weight;  ///< empty: 1 each
  id_names names;
};

/// What one block of the list gave; ids are numbers of the worker that parsed it.
struct parsed_edges {
  std::size_t worker = 0;
  std::vector<node_id> from, to;
  std::vector<double> weight;    ///< empty, or beside `from`
  std::uint64_t first_line = 0;  ///< of the first edge, within the block
};

/// The fields of a row: as many as an edge may have, and how many there are.
struct row_fields {
  std::array<std::string_view, 3> text;
  std::size_t count = 0;
};

row_fields fields_of(std::string_view row) {
  const auto separates = [](char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; };
  row_fields fields;
  for (const char *p = row.data(), *const end = p + row.size();;) {
    while (p < end && separates(*p)) ++p;
    if (p == end) return fields;
    const char* const start = p;
    while (p < end && !separates(*p)) ++p;
    if (fields.count < fields.text.size()) fields.text[fields.count] = {start, static_cast<std::size_t>(p - start)};
    ++fields.count;
  }
}

double weight_of(std::string_view text) {
  double weight = 0;
  if (!parse_real(text, weight) || !std::isfinite(weight) || weight <= 0) {
    throw parse_fault{text.data(), fmt::format("edge weight {} is not a finite number > 0", quoted(text))};
  }
  return weight;
}

constexpr const char* mixed_weights = "some edges have a weight and others have none";

parsed_edges parse_edges(const text_block& block, id_table& ids) {
  parsed_edges out;
  std::uint64_t line = 0;
  for_each_line(block, [&](std::string_view row) {
    const std::uint64_t here = line++;
    const row_fields fields = fields_of(row);
    if (fields.count == 0 || fields.text[0][0] == '#') return;
    if (fields.count != 2 && fields.count != 3) {
      throw parse_fault{row.data(), fmt::format("an edge is \"u v\" or \"u v weight\", not {} field{}", fields.count,
                                                fields.count == 1 ? "" : "s")};
    }
    if (out.from.empty()) out.first_line = here;
    if (!out.from.empty() && (fields.count == 3) == out.weight.empty()) throw parse_fault{row.data(), mixed_weights};
    const std::uint64_t place = (block.index << 32) | (2 * out.from.size());
    out.from.push_back(ids.find_or_insert(make_key(fields.text[0]), fields.text[0], place));
    out.to.push_back(ids.find_or_insert(make_key(fields.text[1]), fields.text[1], place + 1));
    if (fields.count == 3) out.weight.push_back(weight_of(fields.text[2]));
  });
  return out;
}

edges join_edges(std::vector<parsed_edges>& blocks, std::vector<id_table> tables, std::size_t workers) {
  std::vector<std::uint64_t> places{0};
  for (const parsed_edges& block : blocks) places.push_back(places.back() + 2 * block.from.size());
  merged_ids merged = merge_ids(std::move(tables), places, workers);
  edges e;
  for (parsed_edges& block : blocks) {
    const auto& remap = merged.remap[block.worker];
    for (const node_id id : block.from) e.from.push_back(remap[id]);
    for (const node_id id : block.to) e.to.push_back(remap[id]);
    e.weight.insert(e.weight.end(), block.weight.begin(), block.weight.end());
    block = {};
  }
  e.names = std::move(merged.names);
  return e;
}

edges read_edges(const data_config& data, const view_config& view, std::size_t workers, std::size_t block_bytes) {
  block_reader reader(text_source(data.root, view.edges), '\0', block_bytes);
  std::vector<id_table> tables(workers);
  std::vector<std::uint64_t> lines_before;
  auto blocks = parse_blocks<parsed_edges>(
      reader, workers,
      [&](std::size_t worker, const text_block& block) {
        parsed_edges out = parse_edges(block, tables[worker]);
        out.worker = worker;
        return out;
      },
      &lines_before);
  const parsed_edges* first = nullptr;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (blocks[b].from.empty()) continue;
    if (first == nullptr) first = &blocks[b];
    if (first->weight.empty() != blocks[b].weight.empty()) {
      throw invalid_input({reader.name(), lines_before[b] + blocks[b].first_line + 1, 1}, mixed_weights);
    }
  }
  if (first == nullptr) throw invalid_input({reader.name()}, "the file holds no edges");
  return join_edges(blocks, std::move(tables), workers);
}

}  // namespace

view_data read_edge_view(const data_config& data, const view_config& view, std::size_t workers,
                         std::uint64_t& edges_read, std::size_t block_bytes) {
  edges e = read_edges(data, view, workers, block_bytes);
  edges_read = e.from.size();
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
    names.push_back(e.names.name(order[i]));
    constexpr double most = 9e18;  // < 2^63
    counts.push_back(static_cast<std::uint64_t>(std::llround(std::clamp(degree[order[i]], 1.0, most))));
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
