#pragma once
/// Which nodes of a view lists may hold: by what they are linked to, and by name.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/model.hpp"
#include "m2grl/search.hpp"
#include "m2grl/types.hpp"
#include "m2grl/vocabulary.hpp"

namespace M2GRL_API m2grl {

/// Starts with every node of a view; each call narrows it, but for only() of the same view, which widens. Refers to the
/// model.
class node_selection {
 public:
  /// `view`: index of the view that is searched.
  explicit node_selection(const model& m, std::size_t view = 0);

  /// Nodes linked to this node of another view, or to another node of it that only() named; where `other` is the view
  /// itself, the node. Throws invalid_input where there is no such view, link or node.
  void only(std::string_view other, std::string_view value);
  /// No nodes linked to it. Throws as only().
  void never(std::string_view other, std::string_view value);
  /// Not these. Throws invalid_input where an id is none of the view's.
  void never(std::span<const node_id> ids);

  /// Whether every node is still in.
  [[nodiscard]] bool everything() const noexcept { return only_.empty() && !any_never_; }
  /// 1 for the nodes that are in, 0 for the others.
  [[nodiscard]] std::vector<node_id> flags() const;

 private:
  struct allowed {
    std::size_t view;
    std::vector<std::uint8_t> nodes;  ///< of the searched view
  };
  [[nodiscard]] std::vector<node_id> linked(std::size_t other, std::string_view value) const;

  const model& model_;
  std::size_t view_;
  std::vector<allowed> only_;  ///< one for each view that only() named
  std::vector<std::uint8_t> never_;
  bool any_never_ = false;
};

/// The flags of a selection as the filter of a search. Refers to the flags.
class flag_filter {
 public:
  explicit flag_filter(const node_selection& selection);
  flag_filter(const flag_filter&) = delete;
  flag_filter& operator=(const flag_filter&) = delete;
  ~flag_filter() = default;

  /// None where everything is selected, else one.
  [[nodiscard]] std::span<const category_filter> filters() const noexcept { return filters_; }

 private:
  std::vector<node_id> flags_;
  ragged selected_;
  std::vector<category_filter> filters_;
};

/// Ids of a file, one a line.
struct listed_nodes {
  std::vector<node_id> nodes;        ///< in the order of the file, without the unknown ones
  std::uint64_t lines = 0;           ///< that are not blank
  std::uint64_t unknown_lines = 0;   ///< whose id the vocabulary does not hold: left out
  std::vector<std::string> unknown;  ///< the first few different ones, for a message
};

/// Reads it plain, .gz or .zst; "-" is standard input. Throws io_error; invalid_input where it is not UTF-8 text, or a
/// line is longer than 16 MiB.
[[nodiscard]] listed_nodes read_nodes(const vocabulary& ids, const std::string& file);

}  // namespace m2grl
