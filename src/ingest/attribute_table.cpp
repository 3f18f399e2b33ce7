#include "ingest/attribute_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/delimited_reader.hpp"
#include "ingest/numbers.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

const attribute_table_config& find_table(const data_config& data, const view_config& view) {
  for (const auto& table : data.tables) {
    if (table.file == view.table) return table;
  }
  throw invalid_input(
      fmt::format("view \"{}\" names table \"{}\", which data.tables does not list", view.name, view.table));
}

/// The items' own numbers, looked up by id.
id_table index_of(const id_names& items) {
  id_table index;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto id = static_cast<node_id>(i);
    (void)index.find_or_insert(items.key(id), items.text(id), i);
  }
  return index;
}

/// Numbers of an attribute's values, in order of first sight.
class value_numbers {
 public:
  /// Appends the values of a cell to `out`, each once.
  void add_cell(std::string_view cell, const std::string& separator, std::vector<node_id>& out) {
    for (;;) {
      const std::size_t end = separator.empty() ? std::string_view::npos : cell.find(separator);
      const std::string_view value = cell.substr(0, end);
      if (!value.empty()) {
        const node_id id = ids_.find_or_insert(make_key(value), value, ids_.size());
        if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
      }
      if (end == std::string_view::npos) return;
      cell.remove_prefix(end + separator.size());
    }
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> texts;
    for (node_id id = 0; id < ids_.size(); ++id) {
      texts.push_back((ids_.key(id) & text_key_bit) == 0 ? std::to_string(ids_.key(id)) : std::string(ids_.text(id)));
    }
    return texts;
  }

 private:
  id_table ids_;
};

}  // namespace

attribute_values read_attributes(const data_config& data, const view_config& view, const id_names& items,
                                 std::size_t block_bytes) {
  const attribute_table_config& table = find_table(data, view);
  delimited_reader reader(data.root, table.file, table.delimiter, "the delimiter of data.tables", block_bytes);
  const auto key = static_cast<std::size_t>(reader.want(table.key, "key"));
  const auto column = static_cast<std::size_t>(reader.want(view.column, "view"));
  const id_table index = index_of(items);
  value_numbers values;
  std::vector<std::vector<node_id>> found(items.size());
  std::vector<bool> seen(items.size(), false);
  record r;
  (void)parse_blocks<int>(reader.blocks(), 1, [&](std::size_t, const text_block& block) {
    for_each_record(block, reader.layout(), r, [&](const record& fields) {
      if (fields.values[key].empty()) {
        throw parse_fault{fields.starts[key], fmt::format("a value is missing: key \"{}\" is empty", table.key)};
      }
      const node_id item = index.find(make_key(fields.values[key]), fields.values[key]);
      if (item == no_node) return;  // never clicked
      if (seen[item]) {
        throw parse_fault{fields.starts[key], fmt::format("key {} occurs twice", quoted(fields.values[key]))};
      }
      seen[item] = true;
      values.add_cell(fields.values[column], view.separator, found[item]);
    });
    return 0;
  });
  attribute_values result;
  for (const auto& row : found) {
    result.rows.ids.insert(result.rows.ids.end(), row.begin(), row.end());
    result.rows.end_row();
  }
  result.names = values.names();
  return result;
}

attribute_values split_cells(const id_names& cells, const std::string& separator) {
  attribute_values result;
  value_numbers values;
  std::vector<node_id> row;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    row.clear();
    values.add_cell(cells.name(static_cast<node_id>(cell)), separator, row);
    result.rows.ids.insert(result.rows.ids.end(), row.begin(), row.end());
    result.rows.end_row();
  }
  result.names = values.names();
  return result;
}

}  // namespace m2grl::ingest
