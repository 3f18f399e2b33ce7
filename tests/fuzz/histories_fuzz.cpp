/// Histories of users: what is known of them, written and read again, is the same.

#include "m2grl/recommend.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

namespace m2grl::fuzz::histories_target {

const vocabulary& items() {
  static const vocabulary known(test::numbered("i", 12), std::vector<std::uint64_t>(12, 1));
  return known;
}

user_histories read(const std::string& file) { return read_histories(items(), file, {}, 1); }

std::string written(const user_histories& h) {
  std::string text;
  for (std::size_t u = 0; u < h.users.size(); ++u) {
    text += h.users[u] + '\t';
    for (const node_id id : ragged_ref(h.histories)[u]) text += items().name(id) + ' ';
    text += '\n';
  }
  return text;
}

M2GRL_FUZZ_TARGET(histories, input) {
  if (is_passed_over(input)) return;
  static const scratch_folder folder;
  const std::string file = folder.write("histories", input).string();
  user_histories found;
  if (!refusal([&] { found = read(file); }).empty()) return;
  require_ragged(found.histories, items().size());
  require(found.histories.size() == found.users.size(), "every user has a history");
  require(found.events == found.histories.ids.size() + found.unknown_events, "every event is counted");
  if (found.users.empty()) return;
  const std::string text = written(found);
  if (text.starts_with("\xef\xbb\xbf") || text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
      is_packed(text)) {
    return;  // a user's name that looks like the begin of another kind of file
  }
  folder.write("histories", text);
  const user_histories again = read(file);
  require(again.users == found.users && again.histories.ids == found.histories.ids &&
              again.histories.offsets == found.histories.offsets,
          "histories come back as they were");
}

}  // namespace m2grl::fuzz::histories_target
