#pragma once
/// Names that a vocabulary does not hold, for a message: the first few different ones.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace m2grl::ingest {

inline void note_unknown(std::vector<std::string>& unknown, std::string_view name) {
  constexpr std::size_t most_named = 5;
  if (unknown.size() == most_named) return;
  if (std::find(unknown.begin(), unknown.end(), name) == unknown.end()) unknown.emplace_back(name);
}

}  // namespace m2grl::ingest
