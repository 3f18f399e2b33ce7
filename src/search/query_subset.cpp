#include "search/query_subset.hpp"

#include <algorithm>

namespace m2grl::search {
namespace {

/// The rows of these queries; a single row, common to all, stays as it is.
ragged rows_of(ragged_ref all, std::size_t queries, std::span<const std::size_t> which) {
  ragged rows;
  const auto append = [&](std::span<const node_id> row) {
    rows.ids.insert(rows.ids.end(), row.begin(), row.end());
    rows.end_row();
  };
  if (all.size() == 1 && queries != 1) {
    append(all[0]);
  } else if (all.size() > 0) {
    for (const std::size_t q : which) append(all[q]);
  }
  return rows;
}

}  // namespace

query_subset::query_subset(const table& all, const search_options& how, std::span<const std::size_t> which)
    : rows_(which.size(), all.dim()), excluded_(rows_of(how.excluded, all.rows(), which)), how_(how) {
  for (std::size_t i = 0; i < which.size(); ++i) std::copy_n(all[which[i]].begin(), all.dim(), rows_[i].begin());
  sets_.reserve(how.filters.size());  // filters_ refers to them
  for (const category_filter& f : how.filters) {
    sets_.push_back(rows_of(f.set, all.rows(), which));
    filters_.push_back({f.category, sets_.back(), f.keep});
  }
  how_.excluded = excluded_;
  how_.filters = filters_;
}

}  // namespace m2grl::search
