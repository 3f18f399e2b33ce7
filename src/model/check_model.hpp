#pragma once
/// What a model must be before it is written, and after it was read.

#include <string>

#include "m2grl/model.hpp"

namespace m2grl {

/// The first fault of a model, as a sentence; empty: none. Checks shapes, ids against node counts, offsets,
/// and that every learned value is finite.
[[nodiscard]] std::string fault_of(const model& m);

}  // namespace m2grl
