/// Logs of events, plain or packed: read alike in one block and in many.

#include "ingest/event_log.hpp"
#include "m2grl/dataset.hpp"
#include "target.hpp"

namespace m2grl::fuzz::events_target {

config log_config(const std::filesystem::path& root) {
  config cfg;
  cfg.data.root = root;
  cfg.data.events = "events.csv";
  cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "time";
  cfg.data.event_type = "type";
  cfg.data.event_weights = {{"view", 1}, {"buy", 3}, {"skip", 0}};
  cfg.train.threads = 1;
  cfg.split.kind = split_kind::last;
  cfg.views.resize(2);
  cfg.views[0].name = "item";
  cfg.views[0].sequences = sequence_source::walks;
  cfg.views[1].name = "category";
  cfg.views[1].column = "category";
  cfg.views[1].separator = "|";
  return cfg;
}

void check(const dataset& data) {
  const std::size_t items = data.views[0].ids.size();
  for (const view_data& view : data.views) require_ragged(view.sequences, view.ids.size());
  for (const link_data& link : data.links) require_ragged(link.targets, data.views[link.to].ids.size());
  for (const query_set* queries : {&data.validation, &data.test}) {
    require_ragged(queries->histories, items);
    for (const node_id id : queries->targets) require(id < items || id == no_node, "targets are items");
  }
}

M2GRL_FUZZ_TARGET(events, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  static const config cfg = log_config(folder.path());
  folder.write("events.csv", input);
  ingest_report whole_report, cut_report;
  ingest::event_log whole, cut;
  const auto read = [&](ingest::event_log& log, ingest_report& report, std::size_t block) {
    return refusal([&] { log = ingest::read_event_log(cfg.data, {"category"}, 1, report, block); });
  };
  const std::string refused = read(whole, whole_report, ingest::block_reader::default_block_bytes);
  require_alike(input, read(cut, cut_report, 16), refused);
  if (!refused.empty()) return;
  require(whole.item == cut.item && whole.user == cut.user && whole.time == cut.time && whole.weight == cut.weight &&
              whole.attribute == cut.attribute,
          "small blocks are read alike");
  (void)refusal([&] { check(load_dataset(cfg)); });
}

}  // namespace m2grl::fuzz::events_target
