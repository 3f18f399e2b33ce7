/// A checkpoint behind its checksums: the first line is the header, the rest the bytes of its parts. A header that
/// holds the progress of a run is read as such.

#include <algorithm>
#include <cstring>

#include "target.hpp"
#include "train/checkpoint.hpp"
#include "train/run_progress.hpp"

namespace m2grl::fuzz::checkpoint_header_target {

void add_number(std::string& text, std::uint64_t value) { text.append(reinterpret_cast<const char*>(&value), 8); }

/// One block, with its checksum behind it.
std::string with_checksums(std::string_view header, std::string_view values) {
  std::string text = "M2GRLCKP";
  add_number(text, 1);  // version, and 0
  add_number(text, header.size());
  add_number(text, files::checksum_of(header));
  text += header;
  if (values.empty()) return text;
  std::string placed(8, '\0');
  text += values;
  add_number(text, files::checksum_of(placed.append(values)));
  return text;
}

M2GRL_FUZZ_TARGET(checkpoint_header, input) {
  constexpr std::size_t tasks = 2;
  static const scratch_folder folder;
  const std::size_t end = std::min(input.find('\n'), input.size());
  const auto file =
      folder.write("checkpoint", with_checksums(input.substr(0, end), input.substr(std::min(end + 1, input.size()))));
  (void)refusal([&] {
    checkpoint_reader in(file);
    for (std::size_t p = 0; p < in.parts().size(); ++p) (void)in.next();
    try {
      const run_progress done = progress_from(in.header().at("trainer").at("progress"), tasks);
      const training_history history = done.history.history(10);
      require(history.losses.rows() == history.rounds.size(), "every point of the history has losses");
      require(progress_from(to_json(done), tasks).rounds == done.rounds, "progress comes back as it was");
      (void)task_states_from(in.header().at("trainer").at("best_tasks"));
    } catch (const nlohmann::json::exception&) {
      throw invalid_input("as the reader's caller says");
    }
  });
}

}  // namespace m2grl::fuzz::checkpoint_header_target
