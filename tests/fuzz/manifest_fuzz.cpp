/// A model's manifest. JSON is merged into that of a good model (RFC 7396) and sealed: so it is read past its checksum.
/// Anything else is the manifest as it stands.

#include "small_folder.hpp"

namespace m2grl::fuzz::manifest_target {

M2GRL_FUZZ_TARGET(manifest, input) {
  static const small_folder folder;
  const auto change = layout::json::parse(input, nullptr, false);
  folder.load_with_manifest(change.is_object() ? folder.manifest_with(change) : std::string(input));
}

}  // namespace m2grl::fuzz::manifest_target
