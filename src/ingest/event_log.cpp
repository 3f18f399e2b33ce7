#include "ingest/event_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ingest/delimited_reader.hpp"
#include "ingest/numbers.hpp"
#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

/// What one block of the log gave; ids are numbers of the worker that parsed it.
struct parsed_block {
  std::size_t worker = 0;
  std::uint64_t read = 0, short_dwell = 0, zero_weight = 0;
  std::vector<std::vector<node_id>> ids;  ///< [id columns][events]
  std::vector<std::int64_t> time;
  std::vector<std::uint32_t> weight;
};

/// Slots of the columns that the configuration names.
struct columns {
  std::vector<int> ids;  ///< user, item, session, then the attributes; no_slot: absent
  std::vector<std::string> names;
  std::size_t required = 3;  ///< of `ids`: an empty cell there is an error
  int time = no_slot, dwell = no_slot, event_type = no_slot;
};

class log_parser {
 public:
  log_parser(const data_config& data, const columns& wanted, const table_layout& layout, std::size_t workers)
      : data_(data), columns_(wanted), layout_(layout) {
    for (std::size_t w = 0; w < workers; ++w) tables_.emplace_back(wanted.ids.size());
    cells_.resize(workers);
  }

  parsed_block operator()(std::size_t worker, const text_block& block) {
    parsed_block out;
    out.worker = worker;
    out.ids.resize(columns_.ids.size());
    block_cells& cells = cells_[worker];
    cells.clear(columns_.ids.size());
    record r;  // keeps the text of unescaped cells until they have their numbers
    for_each_record(block, layout_, r, [&](const record& fields) {
      const std::uint64_t place = (block.index << 32) | out.read++;
      add_event(fields, place, cells, out);
    });
    for (std::size_t c = 0; c < columns_.ids.size(); ++c) {
      if (columns_.ids[c] != no_slot) number_cells(cells, c, tables_[worker][c], out.ids[c]);
    }
    return out;
  }

  std::vector<std::vector<id_table>>& tables() noexcept { return tables_; }

 private:
  struct cell {
    std::uint64_t key;
    std::string_view text;
  };
  /// The id cells of one block: parsed first, numbered then, so that the tables' slots can be fetched ahead.
  struct block_cells {
    std::vector<std::vector<cell>> columns;
    std::vector<std::uint64_t> places;
    void clear(std::size_t column_count) {
      columns.resize(column_count);
      for (auto& column : columns) column.clear();
      places.clear();
    }
  };

  static void number_cells(const block_cells& cells, std::size_t column, id_table& table, std::vector<node_id>& out) {
    constexpr std::size_t ahead = 16;
    const auto& mine = cells.columns[column];
    out.resize(mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (i + ahead < mine.size()) table.prefetch(mine[i + ahead].key);
      const bool again = i > 0 && mine[i].key == mine[i - 1].key && (mine[i].key & text_key_bit) == 0;
      if (again) {
        out[i] = out[i - 1];
      } else {
        out[i] = mine[i].key == empty_key ? no_node : table.find_or_insert(mine[i].key, mine[i].text, cells.places[i]);
      }
    }
  }

  void add_event(const record& r, std::uint64_t place, block_cells& cells, parsed_block& out) {
    if (!passes_dwell(r)) {
      ++out.short_dwell;
      return;
    }
    const std::uint32_t weight = weight_of(r);
    if (weight == 0) {
      ++out.zero_weight;
      return;
    }
    if (columns_.event_type != no_slot) out.weight.push_back(weight);
    for (std::size_t c = 0; c < columns_.ids.size(); ++c) {
      if (columns_.ids[c] == no_slot) continue;
      const auto slot = static_cast<std::size_t>(columns_.ids[c]);
      const std::string_view text = r.values[slot];
      if (text.empty() && c < columns_.required) {
        throw parse_fault{r.starts[slot], fmt::format("a value is missing: column \"{}\" is empty", columns_.names[c])};
      }
      cells.columns[c].push_back({make_key(text), text});
    }
    cells.places.push_back(place);
    if (columns_.time != no_slot) out.time.push_back(time_of(r));
  }

  [[nodiscard]] std::int64_t time_of(const record& r) const {
    const auto slot = static_cast<std::size_t>(columns_.time);
    std::int64_t time = 0;
    if (!parse_whole(r.values[slot], time)) {
      throw parse_fault{r.starts[slot],
                        looks_whole(r.values[slot])
                            ? fmt::format("time {} exceeds 64 bits", quoted(r.values[slot]))
                            : fmt::format("time {} is not a whole number (data.unit says of what: seconds, "
                                          "milliseconds, microseconds or nanoseconds)",
                                          quoted(r.values[slot]))};
    }
    return time;
  }

  [[nodiscard]] bool passes_dwell(const record& r) const {
    if (columns_.dwell == no_slot) return true;
    const auto slot = static_cast<std::size_t>(columns_.dwell);
    double dwell = 0;
    if (!parse_real(r.values[slot], dwell) || !std::isfinite(dwell) || dwell < 0) {
      throw parse_fault{r.starts[slot], fmt::format("dwell {} is not a finite number >= 0", quoted(r.values[slot]))};
    }
    return dwell >= data_.min_dwell_seconds;
  }

  [[nodiscard]] std::uint32_t weight_of(const record& r) const {
    if (columns_.event_type == no_slot) return 1;
    const auto slot = static_cast<std::size_t>(columns_.event_type);
    const auto found = data_.event_weights.find(std::string(r.values[slot]));
    if (found == data_.event_weights.end()) {
      throw parse_fault{r.starts[slot],
                        fmt::format("event type {} has no weight in data.event_weights", quoted(r.values[slot]))};
    }
    return found->second;
  }

  const data_config& data_;
  const columns& columns_;
  const table_layout& layout_;
  std::vector<std::vector<id_table>> tables_;  ///< [workers][id columns]
  std::vector<block_cells> cells_;             ///< [workers]
};

columns find_columns(const data_config& data, const std::vector<std::string>& attributes, delimited_reader& reader) {
  if (data.item.empty()) throw invalid_input("data.item does not name the item column");
  if (data.user.empty() && data.session.empty())
    throw invalid_input("neither data.user nor data.session names a column");
  columns c;
  const auto find = [&](const std::string& name, std::string_view role) {
    return name.empty() ? no_slot : reader.want(name, role);
  };
  c.ids = {find(data.user, "user"), find(data.item, "item"), find(data.session, "session")};
  c.names = {data.user, data.item, data.session};
  for (const std::string& attribute : attributes) {
    c.ids.push_back(reader.want(attribute, "view"));
    c.names.push_back(attribute);
  }
  c.time = find(data.time, "time");
  if (data.min_dwell_seconds > 0) {
    if (data.dwell.empty()) throw invalid_input("data.min_dwell_seconds is set, but data.dwell names no column");
    c.dwell = reader.want(data.dwell, "dwell");
  }
  if (data.event_type.empty() && !data.event_weights.empty()) {
    throw invalid_input("data.event_weights is set, but data.event_type names no column");
  }
  c.event_type = find(data.event_type, "event type");
  return c;
}

/// One id column of all blocks, in the numbering that the workers' tables merge to.
id_names merge_column(log_parser& parser, std::vector<parsed_block>& blocks, std::size_t column,
                      const std::vector<std::uint64_t>& places, std::size_t workers, std::vector<node_id>& out) {
  std::vector<id_table> tables;
  for (auto& mine : parser.tables()) tables.push_back(std::move(mine[column]));
  merged_ids merged = merge_ids(std::move(tables), places, workers);
  std::vector<std::size_t> begin(blocks.size() + 1, 0);
  for (std::size_t b = 0; b < blocks.size(); ++b) begin[b + 1] = begin[b] + blocks[b].ids[column].size();
  out.resize(begin.back());
  parallel_each(blocks.size(), workers, [&](std::size_t b) {
    const auto& remap = merged.remap[blocks[b].worker];
    auto& local = blocks[b].ids[column];
    for (std::size_t i = 0; i < local.size(); ++i) out[begin[b] + i] = local[i] == no_node ? no_node : remap[local[i]];
    std::vector<node_id>().swap(local);
  });
  return std::move(merged.names);
}

}  // namespace

event_log read_event_log(const data_config& data, const std::vector<std::string>& attribute_columns,
                         std::size_t workers, ingest_report& report, std::size_t block_bytes) {
  delimited_reader reader(data.root, data.events, data.delimiter, "data.delimiter", block_bytes);
  const columns wanted = find_columns(data, attribute_columns, reader);
  workers = reader.blocks().useful_workers(workers);
  log_parser parser(data, wanted, reader.layout(), workers);
  auto blocks = parse_blocks<parsed_block>(reader.blocks(), workers, parser);

  std::vector<std::uint64_t> places{0};
  std::uint64_t short_dwell = 0, zero_weight = 0;
  for (const parsed_block& block : blocks) {
    places.push_back(places.back() + block.read);
    short_dwell += block.short_dwell;
    zero_weight += block.zero_weight;
  }
  report.events_read = places.back();
  if (report.events_read == 0) throw invalid_input({reader.name(), 0, 0}, "the log holds no events");
  if (wanted.dwell != no_slot) {
    report.dropped.push_back({fmt::format("dwell below {} s", data.min_dwell_seconds), short_dwell});
  }
  if (wanted.event_type != no_slot) report.dropped.push_back({"event type of weight 0", zero_weight});

  event_log log;
  if (wanted.ids[0] != no_slot) log.users = merge_column(parser, blocks, 0, places, workers, log.user);
  log.items = merge_column(parser, blocks, 1, places, workers, log.item);
  if (wanted.ids[2] != no_slot) log.sessions = merge_column(parser, blocks, 2, places, workers, log.session);
  if (log.user.empty()) {  // a session stands for its user
    log.users = log.sessions;
    log.user = log.session;
  }
  for (std::size_t a = 0; a < attribute_columns.size(); ++a) {
    log.attribute.emplace_back();
    log.attributes.push_back(merge_column(parser, blocks, 3 + a, places, workers, log.attribute.back()));
  }
  for (parsed_block& block : blocks) {
    log.time.insert(log.time.end(), block.time.begin(), block.time.end());
    log.weight.insert(log.weight.end(), block.weight.begin(), block.weight.end());
    block = {};
  }
  return log;
}

namespace {

/// What one block of a sequence file gave; ids are numbers of the worker, lines count from the block's begin.
struct parsed_lines {
  std::size_t worker = 0;
  std::vector<node_id> items;
  std::vector<std::uint64_t> lines;  ///< beside items
};

parsed_lines parse_lines(const text_block& block, std::string_view separators, id_table& ids) {
  parsed_lines out;
  std::uint64_t line = 0;
  for_each_line(block, [&](std::string_view row) {
    for (std::size_t at = 0; at < row.size();) {
      const std::size_t end = std::min(row.find_first_of(separators, at), row.size());
      if (const std::string_view id = row.substr(at, end - at); !id.empty()) {
        out.items.push_back(ids.find_or_insert(make_key(id), id, (block.index << 32) | out.items.size()));
        out.lines.push_back(line);
      }
      at = end + 1;
    }
    ++line;
  });
  return out;
}

}  // namespace

event_log read_sequence_file(const data_config& data, std::size_t workers, ingest_report& report,
                             std::size_t block_bytes) {
  block_reader reader(text_source(data.root, data.sequences), '\0', block_bytes);
  workers = reader.useful_workers(workers);
  const std::string separators = data.delimiter.empty() ? " \t" : data.delimiter;
  std::vector<id_table> tables(workers);
  std::vector<std::uint64_t> lines_before, places{0};
  auto blocks = parse_blocks<parsed_lines>(
      reader, workers,
      [&](std::size_t worker, const text_block& block) {
        parsed_lines out = parse_lines(block, separators, tables[worker]);
        out.worker = worker;
        return out;
      },
      &lines_before);
  for (const parsed_lines& block : blocks) places.push_back(places.back() + block.items.size());
  report.events_read = places.back();
  if (report.events_read == 0) throw invalid_input({reader.name()}, "the file holds no sequences");
  if (lines_before.back() >= no_node) throw invalid_input({reader.name()}, "the file has 2^32 - 1 lines or more");
  merged_ids merged = merge_ids(std::move(tables), places, workers);
  event_log log;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const auto& remap = merged.remap[blocks[b].worker];
    for (const node_id item : blocks[b].items) log.item.push_back(remap[item]);
    for (const std::uint64_t line : blocks[b].lines) log.user.push_back(static_cast<node_id>(lines_before[b] + line));
    blocks[b] = {};
  }
  log.items = std::move(merged.names);
  return log;
}

}  // namespace m2grl::ingest
