#pragma once
/// Files of a model as a careful forger would change them: every checksum is right again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "model/directory.hpp"
#include "model/layout.hpp"

namespace m2grl::test {

/// Changes the manifest and seals it anew.
inline void forge_manifest(const std::filesystem::path& dir, const std::function<void(layout::json&)>& change) {
  layout::json manifest = layout::json::parse(bytes_of(dir / layout::manifest_name));
  manifest.erase("checksum");
  change(manifest);
  write_bytes(dir / layout::manifest_name, layout::sealed(manifest));
}

/// Writes a file anew, with its size and checksum in the manifest.
inline void forge(const std::filesystem::path& dir, const std::string& name, const std::string& bytes) {
  write_bytes(dir / name, bytes);
  forge_manifest(dir, [&](layout::json& manifest) {
    manifest["files"][name] = {{"bytes", bytes.size()}, {"xxh3", layout::hexadecimal(files::checksum_of(bytes))}};
  });
}

}  // namespace m2grl::test
