#include <fmt/format.h>

#include <algorithm>

#include "evaluate/bootstrap.hpp"
#include "evaluate/ranking.hpp"
#include "ingest/find_link.hpp"
#include "m2grl/alignment_evaluation.hpp"
#include "m2grl/error.hpp"
#include "m2grl/recommend.hpp"
#include "m2grl/relation_space.hpp"
#include "search/score_rows.hpp"
#include "table_rows.hpp"

namespace m2grl {
namespace {

/// Scores of one item's linked nodes against those of all it is not linked to.
class link_measures {
 public:
  link_measures(const link_data& link, std::size_t nodes, std::span<const std::uint32_t> k, std::size_t items)
      : link_(link), nodes_(nodes), k_(k), columns_(2 + k.size(), std::vector<double>(items, 0.0)) {}

  [[nodiscard]] bool scored(std::size_t item) const {
    const std::size_t linked = link_.targets[item].size();
    return linked > 0 && linked < nodes_;
  }

  /// `place`: of the item among the scored ones.
  void add(std::size_t item, std::size_t place, std::span<const float> scores) {
    const auto linked = link_.targets[item];
    for (const node_id target : linked) {
      std::uint64_t higher = 0, equal = 0;
      for (const float score : scores) {
        higher += score > scores[target];
        equal += score == scores[target];
      }
      for (const node_id other : linked) {
        higher -= scores[other] > scores[target];
        equal -= scores[other] == scores[target];
      }
      add_target(place, static_cast<double>(higher) + static_cast<double>(equal) / 2, linked.size());
    }
  }

  [[nodiscard]] alignment_scores summarise(const resampling& how) const {
    const auto figures = bootstrap_means(columns_, how);
    alignment_scores scores{figures[0], figures[1], {}};
    for (std::size_t i = 0; i < k_.size(); ++i) scores.at.push_back({k_[i], figures[2 + i]});
    return scores;
  }

 private:
  void add_target(std::size_t place, double above, std::size_t linked) {
    const double share = 1 / static_cast<double>(linked), rank = 1 + above;
    columns_[0][place] += share * (1 - above / static_cast<double>(nodes_ - linked));
    columns_[1][place] += share / rank;
    for (std::size_t i = 0; i < k_.size(); ++i) columns_[2 + i][place] += rank <= k_[i] ? share : 0;
  }

  const link_data& link_;
  std::size_t nodes_;
  std::span<const std::uint32_t> k_;
  std::vector<std::vector<double>> columns_;  ///< AUC, reciprocal rank, hits at each k; [scored items]
};

const link_data& link_of(const model& m, const relation& r) {
  if (const link_data* link = find_link(m.links, r.from, r.to)) return *link;
  throw invalid_input(
      fmt::format("views \"{}\" and \"{}\" are aligned but not linked", m.views[r.from].name, m.views[r.to].name));
}

alignment_row evaluate(const model& m, const relation& r, std::span<const std::uint32_t> k, const resampling& how) {
  const link_data& link = link_of(m, r);
  const model_view &from = m.views[r.from], &to = m.views[r.to];
  const link_measures shape(link, to.ids.size(), k, 0);
  std::vector<node_id> items;
  for (node_id item = 0; item < from.ids.size(); ++item) {
    if (shape.scored(item)) items.push_back(item);
  }
  alignment_row row{from.name, to.name, r.projection, items.size(), from.ids.size() - items.size(), to.ids.size(),
                    {},        {}};
  if (items.empty()) {
    throw invalid_input(
        fmt::format("no node of view \"{}\" is linked to some nodes of \"{}\" but not to all", from.name, to.name));
  }
  // b is left out: it adds the same to every logit.
  const table queries = in_relation_space(gather_rows(from.tables.input, items), r.w_from, r.projection);
  const table nodes = in_relation_space(to.tables.input, r.w_to.empty() ? r.w_from : r.w_to, r.projection);
  link_measures by_logit(link, to.ids.size(), k, items.size()), by_count = by_logit;
  const std::vector<float> counts(to.ids.counts().begin(), to.ids.counts().end());
  for_each_score_row(queries, nodes, [&](std::size_t place, std::span<float> scores, visitor_scratch&) {
    by_logit.add(items[place], place, scores);
    by_count.add(items[place], place, counts);
  });
  row.model = by_logit.summarise(how);
  row.popularity = by_count.summarise(how);
  return row;
}

}  // namespace

alignment_evaluation evaluate_alignment(const model& m, std::span<const std::uint32_t> k, const std::string& view,
                                        const resampling& intervals) {
  (void)ranking::largest(k);
  if (m.relations.empty()) throw invalid_input("the model has no relation: no [[links]] aligned its views");
  alignment_evaluation result;
  for (const relation& r : m.relations) {
    if (view.empty() || r.to == view_index(m, view)) result.rows.push_back(evaluate(m, r, k, intervals));
  }
  if (result.rows.empty()) throw invalid_input(fmt::format("no view is aligned with \"{}\"", view));
  return result;
}

}  // namespace m2grl
