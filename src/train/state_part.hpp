#pragma once
/// What a run must keep to go on: named arrays of bytes, wherever they lie.

#include <cstddef>
#include <string>
#include <vector>

#include "m2grl/model.hpp"

namespace m2grl {

/// One array that later rounds depend on, in the memory of whoever names it.
struct state_part {
  std::string name;  ///< unique within a run, the same in every run of the same problem
  void* data = nullptr;
  std::size_t bytes = 0;
};

/// Tables, W and b; names begin with `prefix`. Refers to `e`.
[[nodiscard]] std::vector<state_part> parts_of(embeddings& e, const std::string& prefix);

}  // namespace m2grl
