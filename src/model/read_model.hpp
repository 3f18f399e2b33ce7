#pragma once
/// The files of a model, as its manifest names them.

#include <filesystem>

#include "m2grl/model.hpp"
#include "model/layout.hpp"

namespace m2grl {

/// The model in `dir` whose manifest, unsealed, is this. Throws io_error where a file cannot be read; invalid_input,
/// with the file, where one is not as the manifest says, or where they do not fit together.
[[nodiscard]] model read_model(const std::filesystem::path& dir, const layout::json& manifest);

}  // namespace m2grl
