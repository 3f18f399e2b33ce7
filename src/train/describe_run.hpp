#pragma once
/// Which run a checkpoint belongs to.

#include <string>
#include <vector>

#include "train/problem.hpp"
#include "train/schedule.hpp"

namespace m2grl {

/// A line for each option that what is learned depends on, each view and each link, with checksums of their data.
/// Sequences and links in device memory are told by their sizes alone.
[[nodiscard]] std::vector<std::string> describe_run(const problem& p, const schedule& s);

/// What differs first, as a sentence; empty where nothing does.
[[nodiscard]] std::string difference_of(const std::vector<std::string>& kept, const std::vector<std::string>& now);

}  // namespace m2grl
