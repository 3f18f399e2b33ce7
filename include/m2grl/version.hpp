#pragma once
/// The version of m2grl, by semantic versioning (semver.org): while the first number is 0, the second one changes where
/// something that worked may have to be changed. CMake reads it from here.

#include "m2grl/api.hpp"

#define M2GRL_VERSION_MAJOR 0
#define M2GRL_VERSION_MINOR 1
#define M2GRL_VERSION_PATCH 0
#define M2GRL_VERSION "0.1.0"  ///< of these headers

namespace M2GRL_API m2grl {

/// Of the library that is linked, as in "0.1.0"; models, checkpoints and exports bear it.
[[nodiscard]] const char* version() noexcept;

}  // namespace m2grl
