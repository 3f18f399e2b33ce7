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
  throw invalid_input(fmt::format("view \"{}\" names table \"{}\", which data.tables does not list", view.name, view.table));
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

void add_values(std::string_view cell, const std::string& separator, id_table& values, std::uint64_t& position,
                std::vector<node_id>& out) {
  for (;;) {
    const std::size_t end = separator.empty() ? std::string_view::npos : cell.find(separator);
    const std::string_view value = cell.substr(0, end);
    if (!value.empty()) {
      const node_id id = values.find_or_insert(make_key(value), value, position++);
      if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
    }
    if (end == std::string_view::npos) return;
    cell.remove_prefix(end + separator.size());
  }
}

}  // namespace

attribute_values read_attributes(const data_config& data, const view_config& view, const id_names& items) {
  const attribute_table_config& table = find_table(data, view);
  delimited_reader reader(data.root, table.file, "");
  const auto key = static_cast<std::size_t>(reader.want(table.key, "key"));
  const auto column = static_cast<std::size_t>(reader.want(view.column, "view"));
  const id_table index = index_of(items);
  std::vector<id_table> values(1);
  std::vector<std::vector<node_id>> found(items.size());
  std::vector<bool> seen(items.size(), false);
  std::uint64_t position = 0;
  record r;
  (void)parse_blocks<int>(reader.blocks(), 1, [&](std::size_t, const text_block& block) {
    for_each_record(block, reader.layout(), r, [&](const record& fields) {
      if (fields.values[key].empty()) throw parse_fault{fields.starts[key], fmt::format("key \"{}\" is empty", table.key)};
      const node_id item = index.find(make_key(fields.values[key]), fields.values[key]);
      if (item == no_node) return;   // never clicked
      if (seen[item]) {
        throw parse_fault{fields.starts[key], fmt::format("key {} occurs twice", quoted(fields.values[key]))};
      }
      seen[item] = true;
      add_values(fields.values[column], view.separator, values[0], position, found[item]);
    });
    return 0;
  });
  attribute_values result;
  for (const auto& row : found) {
    result.of_item.ids.insert(result.of_item.ids.end(), row.begin(), row.end());
    result.of_item.end_row();
  }
  const id_names names = merge_ids(std::move(values), {0, position}, 1).names;
  for (std::size_t i = 0; i < names.size(); ++i) result.names.push_back(names.name(static_cast<node_id>(i)));
  return result;
}

}  // namespace m2grl::ingest
