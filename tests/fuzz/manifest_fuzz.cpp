/// A model's manifest. JSON is merged into that of a good model (RFC 7396) and sealed: so it is read past its checksum.
/// Anything else is the manifest as it stands.

#include "small_folder.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::small_folder folder;
  const std::string_view text = fuzz::text_of(bytes, count);
  const auto change = layout::json::parse(text, nullptr, false);
  if (change.is_object()) {
    test::forge_manifest(folder.dir(), [&](layout::json& manifest) { manifest.merge_patch(change); });
  } else {
    test::write_bytes(folder.dir() / layout::manifest_name, std::string(text));
  }
  folder.load();
  folder.restore(layout::manifest_name);
  return 0;
}
