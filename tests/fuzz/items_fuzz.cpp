/// Tables of items' attributes: read alike in one block and in many.

#include "ingest/attribute_table.hpp"
#include "ingest/id_table.hpp"
#include "target.hpp"

namespace m2grl::fuzz::items_target {

ingest::id_names known_items() {
  std::vector<ingest::id_table> tables(1);
  for (const std::string_view id : {"a", "b", "3", "d,e", "f\"g"}) {
    (void)tables[0].find_or_insert(ingest::make_key(id), id, tables[0].size());
  }
  return ingest::merge_ids(std::move(tables), {0, 5}, 1).names;
}

M2GRL_FUZZ_TARGET(items, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  static const ingest::id_names items = known_items();
  data_config data;
  data.root = folder.path();
  data.tables.push_back({"items.csv", "id", ""});
  view_config view;
  view.name = "category", view.table = "items.csv", view.column = "category", view.separator = "|";
  folder.write("items.csv", input);
  ingest::attribute_values whole, cut;
  const std::string refused = refusal([&] { whole = ingest::read_attributes(data, view, items); });
  require_alike(input, refusal([&] { cut = ingest::read_attributes(data, view, items, 16); }), refused);
  if (!refused.empty()) return;
  require(whole.rows.size() == items.size(), "every item has a row");
  require_ragged(whole.rows, whole.names.size());
  require(whole.names == cut.names && whole.rows.ids == cut.rows.ids && whole.rows.offsets == cut.rows.offsets,
          "small blocks are read alike");
}

}  // namespace m2grl::fuzz::items_target
