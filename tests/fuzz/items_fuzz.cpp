/// Tables of items' attributes: read alike in one block and in many.

#include "ingest/attribute_table.hpp"
#include "ingest/id_table.hpp"
#include "target.hpp"

using namespace m2grl;

namespace {

ingest::id_names known_items() {
  std::vector<ingest::id_table> tables(1);
  for (const std::string_view id : {"a", "b", "3", "d,e", "f\"g"}) {
    (void)tables[0].find_or_insert(ingest::make_key(id), id, tables[0].size());
  }
  return ingest::merge_ids(std::move(tables), {0, 5}, 1).names;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  static const ingest::id_names items = known_items();
  data_config data;
  data.root = folder.path();
  data.tables.push_back({"items.csv", "id", ""});
  view_config view;
  view.name = "category", view.table = "items.csv", view.column = "category", view.separator = "|";
  const std::string_view text = fuzz::text_of(bytes, count);
  folder.write("items.csv", text);
  ingest::attribute_values whole, cut;
  const std::string refused = fuzz::refusal([&] { whole = ingest::read_attributes(data, view, items); });
  fuzz::require_alike(text, fuzz::refusal([&] { cut = ingest::read_attributes(data, view, items, 16); }), refused);
  if (!refused.empty()) return 0;
  fuzz::require(whole.rows.size() == items.size(), "every item has a row");
  fuzz::require_ragged(whole.rows, whole.names.size());
  fuzz::require(whole.names == cut.names && whole.rows.ids == cut.rows.ids && whole.rows.offsets == cut.rows.offsets,
                "small blocks are read alike");
  return 0;
}
