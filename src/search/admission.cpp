#include "search/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "m2grl/error.hpp"

namespace m2grl::search {
namespace {

/// Rows are none, one for all queries, or one each.
void check_rows(ragged_ref rows, std::size_t queries, bool may_be_empty, const char* what) {
  if (rows.size() == queries || rows.size() == 1 || (may_be_empty && rows.size() == 0)) return;
  throw invalid_input(fmt::format("{} queries, but {} rows of {}", queries, rows.size(), what));
}

}  // namespace

admission::sorted_sets::sorted_sets(ragged_ref source) {
  rows.ids.assign(source.ids.begin(), source.ids.end());
  if (source.size() > 0) rows.offsets.assign(source.offsets.begin(), source.offsets.end());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::sort(rows.ids.begin() + static_cast<std::ptrdiff_t>(rows.offsets[r]),
              rows.ids.begin() + static_cast<std::ptrdiff_t>(rows.offsets[r + 1]));
  }
}

bool admission::sorted_sets::holds(std::size_t query, node_id id) const {
  if (rows.size() == 0) return false;
  const auto set = rows[rows.size() == 1 ? 0 : query];
  return std::binary_search(set.begin(), set.end(), id);
}

bool admission::filter::passes(std::size_t query, node_id candidate) const {
  const node_id of = category[candidate];
  return (of != no_node && sets.holds(query, of)) == only;
}

admission::admission(const search_options& how, std::size_t queries, std::size_t candidates) : excluded_(how.excluded) {
  check_rows(how.excluded, queries, true, "excluded ids");
  std::vector<filter> common;
  for (const category_filter& f : how.filters) {
    if (f.category.size() != candidates) {
      throw invalid_input(fmt::format("a filter has {} categories for {} candidates", f.category.size(), candidates));
    }
    check_rows(f.set, queries, false, "a filter's categories");
    auto& where = f.set.size() == 1 ? common : filters_;
    where.push_back({f.category, sorted_sets(f.set), f.keep == category_filter::rule::only});
  }
  if (common.empty()) return;
  common_.emplace();
  for (node_id id = 0; id < candidates; ++id) {
    if (std::all_of(common.begin(), common.end(), [&](const filter& f) { return f.passes(0, id); })) {
      common_->push_back(id);
    }
  }
}

bool admission::is_common(node_id candidate) const {
  return !common_.has_value() || std::binary_search(common_->begin(), common_->end(), candidate);
}

bool admission::admits(std::size_t query, node_id candidate) const {
  if (excluded_.holds(query, candidate)) return false;
  return std::all_of(filters_.begin(), filters_.end(), [&](const filter& f) { return f.passes(query, candidate); });
}

}  // namespace m2grl::search
