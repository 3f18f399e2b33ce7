#include "m2grl/vocabulary.hpp"

#include <fmt/format.h>

#include "m2grl/error.hpp"

namespace m2grl {

vocabulary::vocabulary(std::vector<std::string> names, std::vector<std::uint64_t> counts)
    : names_(std::move(names)), counts_(std::move(counts)) {
  if (names_.size() != counts_.size()) {
    throw invalid_input(fmt::format("a vocabulary of {} names has {} counts", names_.size(), counts_.size()));
  }
  if (names_.size() >= no_node) throw invalid_input(fmt::format("{} names exceed 32-bit ids", names_.size()));
  index_.reserve(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!index_.emplace(names_[i], static_cast<node_id>(i)).second) {
      throw invalid_input(fmt::format("id \"{}\" occurs twice in a vocabulary", names_[i]));
    }
  }
}

node_id vocabulary::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? no_node : found->second;
}

}  // namespace m2grl
