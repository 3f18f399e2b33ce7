#include <fmt/format.h>

#include "m2grl/error.hpp"
#include "m2grl/model.hpp"
#include "model/files.hpp"
#include "model/layout.hpp"
#include "model/read_model.hpp"

namespace m2grl {
namespace fs = std::filesystem;

model load_model(const fs::path& dir) {
  constexpr std::uint64_t most_manifest_bytes = std::uint64_t{1} << 23;
  const fs::path manifest = dir / layout::manifest_name;
  std::error_code code;
  if (!fs::is_directory(dir, code)) throw io_error(fmt::format("cannot read {}: it is not a directory", dir.string()));
  if (!fs::exists(manifest, code)) {
    throw invalid_input({dir.string()},
                        fmt::format("this is not an m2grl model: it holds no {}", layout::manifest_name));
  }
  return read_model(dir, layout::unsealed(files::read_text(manifest, most_manifest_bytes), manifest.string()));
}

}  // namespace m2grl
