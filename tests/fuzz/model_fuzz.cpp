/// One file of a model, behind its checksum: the first byte says which, the others are its bytes.

#include "small_folder.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::small_folder folder;
  if (count == 0) return 0;
  const std::string& name = folder.names()[bytes[0] % folder.names().size()];
  test::forge(folder.dir(), name, std::string(fuzz::text_of(bytes + 1, count - 1)));
  folder.load();
  folder.restore(name);
  folder.restore(layout::manifest_name);
  return 0;
}
