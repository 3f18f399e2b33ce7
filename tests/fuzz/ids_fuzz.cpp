/// Files of ids: what is read is written and read again to the same ids. The first byte is their number.

#include "model/id_lines.hpp"
#include "target.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  if (count == 0) return 0;
  const std::uint64_t wanted = bytes[0];
  folder.write("ids", fuzz::text_of(bytes + 1, count - 1));
  std::vector<std::string> ids;
  const auto read = [&] {
    files::input_file file(folder.path() / "ids");
    ids = files::read_ids(file, wanted);
  };
  if (!fuzz::refusal(read).empty()) return 0;
  fuzz::require(ids.size() == wanted, "there are as many ids as promised");
  std::string text;
  for (const std::string& id : ids) text += files::escaped_id(id) + '\n';
  folder.write("ids", text);
  const std::vector<std::string> before = ids;
  read();
  fuzz::require(ids == before, "ids come back as they were");
  return 0;
}
