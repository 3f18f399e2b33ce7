#pragma once
/// Which candidates a query may return: exclusion lists and filters, sorted for look-ups.

#include <optional>
#include <vector>

#include "m2grl/search.hpp"

namespace m2grl::search {

class admission {
 public:
  /// Ascending rows: one for all queries, or one each; none: empty for all.
  struct sorted_sets {
    explicit sorted_sets(ragged_ref source);
    [[nodiscard]] bool holds(std::size_t query, node_id id) const;

    ragged rows;
  };
  struct filter {
    std::span<const node_id> category;
    sorted_sets sets;
    bool only;

    [[nodiscard]] bool passes(std::size_t query, node_id candidate) const;
  };
  /// Refers to the filters' categories. Throws invalid_input where a list or a filter does not fit.
  admission(const search_options& how, std::size_t queries, std::size_t candidates);

  /// Candidates that every filter common to all queries lets through, ascending; none of these filters: nothing.
  [[nodiscard]] const std::optional<std::vector<node_id>>& common() const noexcept { return common_; }
  /// Whether `candidate` is one of common(), or there are none.
  [[nodiscard]] bool is_common(node_id candidate) const;
  /// Whether `query` may return a candidate of common().
  [[nodiscard]] bool admits(std::size_t query, node_id candidate) const;

  [[nodiscard]] const sorted_sets& excluded() const noexcept { return excluded_; }
  /// Those that differ between queries.
  [[nodiscard]] const std::vector<filter>& filters() const noexcept { return filters_; }

 private:
  sorted_sets excluded_;
  std::vector<filter> filters_;
  std::optional<std::vector<node_id>> common_;
};

}  // namespace m2grl::search
