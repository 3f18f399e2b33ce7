/// Files of ids: what is read is written and read again to the same ids. The first byte is their number.

#include "model/id_lines.hpp"
#include "target.hpp"

namespace m2grl::fuzz::ids_target {

M2GRL_FUZZ_TARGET(ids, input) {
  static const scratch_folder folder;
  if (input.empty()) return;
  const std::uint64_t wanted = static_cast<std::uint8_t>(input[0]);
  folder.write("ids", input.substr(1));
  std::vector<std::string> ids;
  const auto read = [&] {
    files::input_file file(folder.path() / "ids");
    ids = files::read_ids(file, wanted);
  };
  if (!refusal(read).empty()) return;
  require(ids.size() == wanted, "there are as many ids as promised");
  std::string text;
  for (const std::string& id : ids) text += files::escaped_id(id) + '\n';
  folder.write("ids", text);
  const std::vector<std::string> before = ids;
  read();
  require(ids == before, "ids come back as they were");
}

}  // namespace m2grl::fuzz::ids_target
