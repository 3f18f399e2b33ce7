#pragma once
/// A few of a batch of queries, with their exclusions and filters.

#include <span>
#include <vector>

#include "m2grl/search.hpp"

namespace m2grl::search {

class query_subset {
 public:
  /// `how` fits `all`; its categories must outlive the subset.
  query_subset(const table& all, const search_options& how, std::span<const std::size_t> which);
  query_subset(const query_subset&) = delete;
  query_subset& operator=(const query_subset&) = delete;
  ~query_subset() = default;

  [[nodiscard]] const table& rows() const noexcept { return rows_; }
  [[nodiscard]] const search_options& how() const noexcept { return how_; }

 private:
  table rows_;
  ragged excluded_;
  std::vector<ragged> sets_;
  std::vector<category_filter> filters_;
  search_options how_;
};

}  // namespace m2grl::search
