/// Sequence files, a line each: read alike in one block and in many.

#include "ingest/event_log.hpp"
#include "target.hpp"

namespace m2grl::fuzz::sequences_target {

M2GRL_FUZZ_TARGET(sequences, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  data_config data;
  data.root = folder.path();
  data.sequences = "sequences.txt";
  folder.write("sequences.txt", input);
  ingest_report report;
  ingest::event_log whole, cut;
  const std::string refused = refusal([&] { whole = ingest::read_sequence_file(data, 1, report); });
  require_alike(input, refusal([&] { cut = ingest::read_sequence_file(data, 1, report, 16); }), refused);
  if (!refused.empty()) return;
  require(whole.item == cut.item && whole.user == cut.user, "small blocks are read alike");
  for (const node_id item : whole.item) {
    require(item < whole.items.size() && !whole.items.name(item).empty(), "every item has a name");
  }
}

}  // namespace m2grl::fuzz::sequences_target
