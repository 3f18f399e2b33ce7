#include "ingest/edge_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ingest/numbers.hpp"
#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

/// The ids that one worker met.
struct worker_ids {
  id_table nodes, types;
};

/// What one block of the list gave; ids are numbers of the worker that parsed it.
struct parsed_edges {
  std::size_t worker = 0;
  std::vector<node_id> from, to, type;  ///< `type` empty, or beside `from`, as are weight and label
  std::vector<double> weight;
  std::vector<std::uint8_t> label;
  std::uint64_t first_line = 0;  ///< of the first edge, within the block
};

/// The fields of a row: as many as are looked at, and how many there are.
struct row_fields {
  static constexpr std::size_t most = 16;
  std::array<std::string_view, most> text;
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
    if (fields.count < row_fields::most) fields.text[fields.count] = {start, static_cast<std::size_t>(p - start)};
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

std::uint8_t label_of(std::string_view text) {
  if (text != "0" && text != "1") {
    throw parse_fault{text.data(), fmt::format("label {} is neither 0 nor 1", quoted(text))};
  }
  return text == "1" ? 1 : 0;
}

constexpr const char* mixed_weights = "some edges have a weight and others have none";

/// Reads the edges of blocks as the options say.
class edge_parser {
 public:
  edge_parser(const edge_file_options& options, std::vector<worker_ids>& ids) : options_(options), ids_(ids) {}

  parsed_edges parse(std::size_t worker, const text_block& block) const {
    parsed_edges out;
    out.worker = worker;
    std::uint64_t line = 0;
    for_each_line(block, [&](std::string_view row) {
      const std::uint64_t here = line++;
      const row_fields fields = fields_of(row);
      if (fields.count == 0 || fields.text[0][0] == '#') return;
      require_width(row, fields.count);
      if (out.from.empty()) out.first_line = here;
      add(block, row, fields, out);
    });
    return out;
  }

 private:
  void require_width(std::string_view row, std::size_t count) const {
    const edge_columns& c = options_.columns;
    if (count == c.count || (c.weight_optional && count + 1 == c.count)) return;
    const std::string expected = c.weight_optional ? "\"u v\" or \"u v weight\"" : fmt::format("\"{}\"", c.text);
    throw parse_fault{row.data(), fmt::format("an edge is {}, not {} field{}", expected, count, count == 1 ? "" : "s")};
  }

  void add(const text_block& block, std::string_view row, const row_fields& fields, parsed_edges& out) const {
    const edge_columns& c = options_.columns;
    worker_ids& ids = ids_[out.worker];
    const bool weighted = c.weight < fields.count;
    if (!out.from.empty() && weighted == out.weight.empty()) throw parse_fault{row.data(), mixed_weights};
    const std::uint64_t place = (block.index << 32) | (2 * out.from.size());
    const auto number = [&](id_table& table, std::size_t column, std::uint64_t at) {
      return table.find_or_insert(make_key(fields.text[column]), fields.text[column], at);
    };
    if (c.type != no_column) {
      require_type(fields.text[c.type]);
      out.type.push_back(number(ids.types, c.type, place));
    }
    out.from.push_back(number(ids.nodes, c.u, place));
    out.to.push_back(number(ids.nodes, c.v, place + 1));
    if (weighted) out.weight.push_back(weight_of(fields.text[c.weight]));
    if (c.label != no_column) out.label.push_back(label_of(fields.text[c.label]));
  }

  void require_type(std::string_view type) const {
    const auto& known = options_.types;
    if (known.empty() || std::find(known.begin(), known.end(), type) != known.end()) return;
    throw parse_fault{type.data(),
                      fmt::format("edge type {} is none of \"{}\"", quoted(type), fmt::join(known, "\", \""))};
  }

  const edge_file_options& options_;
  std::vector<worker_ids>& ids_;
};

void require_edges(const std::vector<parsed_edges>& blocks, const std::vector<std::uint64_t>& lines_before,
                   const std::string& name) {
  const parsed_edges* first = nullptr;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (blocks[b].from.empty()) continue;
    if (first == nullptr) first = &blocks[b];
    if (first->weight.empty() != blocks[b].weight.empty()) {
      throw invalid_input({name, lines_before[b] + blocks[b].first_line + 1, 1}, mixed_weights);
    }
  }
  if (first == nullptr) throw invalid_input({name}, "the file holds no edges");
}

edge_file join_edges(std::vector<parsed_edges>& blocks, std::vector<worker_ids> ids) {
  std::vector<std::uint64_t> places{0};
  for (const parsed_edges& block : blocks) places.push_back(places.back() + 2 * block.from.size());
  const std::size_t workers = ids.size();
  std::vector<id_table> nodes, types;
  for (worker_ids& tables : ids) {
    nodes.push_back(std::move(tables.nodes));
    types.push_back(std::move(tables.types));
  }
  merged_ids merged_nodes = merge_ids(std::move(nodes), places, workers);
  merged_ids merged_types = merge_ids(std::move(types), places, workers);
  edge_file all;
  for (parsed_edges& block : blocks) {
    const auto& remap = merged_nodes.remap[block.worker];
    for (const node_id id : block.from) all.from.push_back(remap[id]);
    for (const node_id id : block.to) all.to.push_back(remap[id]);
    for (const node_id id : block.type) all.type.push_back(merged_types.remap[block.worker][id]);
    all.weight.insert(all.weight.end(), block.weight.begin(), block.weight.end());
    all.label.insert(all.label.end(), block.label.begin(), block.label.end());
    block = {};
  }
  all.nodes = std::move(merged_nodes.names);
  all.types = std::move(merged_types.names);
  return all;
}

}  // namespace

edge_file read_edge_file(const std::filesystem::path& root, const std::string& file, const edge_file_options& options) {
  if (options.columns.count > row_fields::most) {
    throw invalid_input(
        fmt::format("{} columns of an edge, at most {} can be read", options.columns.count, row_fields::most));
  }
  block_reader reader(text_source(root, file), '\0', options.block_bytes);
  const std::size_t workers = reader.useful_workers(options.workers);
  std::vector<worker_ids> ids(workers);
  const edge_parser parser(options, ids);
  std::vector<std::uint64_t> lines_before;
  auto blocks = parse_blocks<parsed_edges>(
      reader, workers, [&](std::size_t worker, const text_block& block) { return parser.parse(worker, block); },
      &lines_before);
  require_edges(blocks, lines_before, reader.name());
  edge_file all = join_edges(blocks, std::move(ids));
  all.name = reader.name();
  return all;
}

}  // namespace m2grl::ingest
