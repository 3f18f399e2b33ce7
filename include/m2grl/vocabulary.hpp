#pragma once
/// The map between a caller's own ids and dense node ids.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// Names of a view's nodes, node id → the caller's id as text, with the training frequency of each.
/// Ids are dense, 0 … size() − 1, at first build in order of descending frequency (ties: first seen).
class vocabulary {
 public:
  vocabulary() = default;
  /// Throws invalid_input where a name occurs twice or the sizes differ.
  vocabulary(std::vector<std::string> names, std::vector<std::uint64_t> counts);

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  [[nodiscard]] const std::string& name(node_id id) const { return names_.at(id); }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  /// Training frequency of each node, [size()].
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }
  /// The node of a name, or no_node.
  [[nodiscard]] node_id find(std::string_view name) const;

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  std::vector<std::string> names_;
  std::vector<std::uint64_t> counts_;
  std::unordered_map<std::string, node_id, hash, std::equal_to<>> index_;
};

}  // namespace m2grl
