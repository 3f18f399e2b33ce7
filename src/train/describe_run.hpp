#pragma once
/// Which run a checkpoint belongs to: what its result depends on.

#include <string>
#include <vector>

#include "train/problem.hpp"
#include "train/schedule.hpp"

namespace m2grl {

struct run_description {
  std::vector<std::string> options;  ///< "section.key = value" of the configuration's [train], a line each
  std::vector<std::string> inputs;   ///< views, links, what it starts with: a line each, with checksums
};

/// Options that only say where, how often, or by how many workers are left out. Sequences in device memory are told by
/// their sizes alone.
[[nodiscard]] run_description describe_run(const problem& p, const schedule& s);

/// How two differ, in words; empty where they do not. An option that one does not name has its default there: so
/// checkpoints stay usable when options are added.
[[nodiscard]] std::string difference_of(const run_description& kept, const run_description& now);

}  // namespace m2grl
