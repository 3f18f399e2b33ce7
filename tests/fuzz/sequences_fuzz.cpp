/// Sequence files, a line each: read alike in one block and in many.

#include "ingest/event_log.hpp"
#include "target.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  data_config data;
  data.root = folder.path();
  data.sequences = "sequences.txt";
  const std::string_view text = fuzz::text_of(bytes, count);
  folder.write("sequences.txt", text);
  ingest_report report;
  ingest::event_log whole, cut;
  const std::string refused = fuzz::refusal([&] { whole = ingest::read_sequence_file(data, 1, report); });
  fuzz::require_alike(text, fuzz::refusal([&] { cut = ingest::read_sequence_file(data, 1, report, 16); }), refused);
  if (!refused.empty()) return 0;
  fuzz::require(whole.item == cut.item && whole.user == cut.user, "small blocks are read alike");
  for (const node_id item : whole.item) {
    fuzz::require(item < whole.items.size() && !whole.items.name(item).empty(), "every item has a name");
  }
  return 0;
}
