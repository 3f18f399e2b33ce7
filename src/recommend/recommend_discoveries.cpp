#include "m2grl/metric.hpp"
#include "m2grl/recommend.hpp"
#include "recommend/discovery_scores.hpp"
#include "recommend/history_blocks.hpp"
#include "search/admission.hpp"
#include "search/exact.hpp"
#include "search/score_rows.hpp"

namespace m2grl {
namespace {

using namespace discovery;

/// Which items every history may get, [items].
std::vector<std::uint8_t> allowed_items(std::span<const category_filter> filters, std::size_t items) {
  search_options common;
  common.filters = filters;
  const search::admission admission(common, 1, items);
  std::vector<std::uint8_t> allowed(items);
  for (node_id id = 0; id < items; ++id) allowed[id] = admission.is_common(id) && admission.admits(0, id);
  return allowed;
}

/// Turns the scores of a history into its list.
class list_maker {
 public:
  list_maker(const model& m, std::uint32_t k, const discovery_taste& taste, const std::string& view,
             std::span<const category_filter> filters)
      : k_(k),
        taste_(taste),
        categories_(main_nodes(m, view)),
        category_count_(m.views[view_index(m, view)].ids.size()),
        allowed_(allowed_items(filters, m.views[0].ids.size())) {}

  [[nodiscard]] std::vector<scored_node> list(std::span<const node_id> history, score_rows scores,
                                              visitor_scratch& own) const {
    std::vector<float>& mixed = own.scores;
    for (const std::span<float> way : scores) standardise(way);
    mix_scores(scores, taste_.mix, mixed);
    penalise(history, mixed);
    for (std::size_t id = 0; id < mixed.size(); ++id) {
      if (allowed_[id] == 0) mixed[id] = excluded_score;
    }
    for (const node_id id : history) mixed[id] = excluded_score;
    select_top_k(mixed, k_, own.best);
    std::vector<scored_node> result;
    for (const node_id id : own.best) result.push_back({id, mixed[id]});
    return result;
  }

 private:
  void penalise(std::span<const node_id> history, std::span<float> scores) const {
    if (taste_.known_penalty == 0) return;
    familiar_items familiar(categories_, category_count_);
    for (const node_id id : history) {
      if (categories_[id] != no_node) familiar.add(categories_[id]);
    }
    const auto penalty = static_cast<float>(taste_.known_penalty);
    familiar.change(scores, [&](float score) { return score - penalty; });
  }

  std::uint32_t k_;
  const discovery_taste& taste_;
  std::vector<node_id> categories_;
  std::size_t category_count_;
  std::vector<std::uint8_t> allowed_;
};

}  // namespace

std::vector<std::vector<scored_node>> recommend_discoveries(const model& m, ragged_ref histories, std::uint32_t k,
                                                            const eval_config& how, const discovery_taste& taste,
                                                            std::span<const category_filter> filters) {
  const model_view& items = m.views.at(0);
  check_ids(histories.ids, items);
  check_mix(m, taste.mix);
  check_known_penalty(taste.known_penalty);
  search::check_search(items.tables.input, items.tables.input, k);
  const std::string wanted = taste.view.empty() && m.metric ? m.metric->options.view : taste.view;
  const list_maker maker(m, k, taste, category_view(m, wanted), filters);
  std::vector<std::vector<scored_node>> results;
  results.reserve(histories.size());
  for_each_history_block(histories, [&](ragged_ref block) {
    std::vector<score_vectors> vectors;
    vectors.push_back(composed_vectors(m, block, how));
    if (taste.mix > 0) vectors.push_back(discovery::metric_vectors(m, block, how));
    std::vector<scored_tables> ways;
    for (const score_vectors& way : vectors) ways.push_back({&way.queries, &way.candidates});
    const std::size_t first = results.size();
    results.resize(first + block.size());
    for_each_query(ways, [&](std::size_t query, score_rows scores, visitor_scratch& own) {
      results[first + query] = maker.list(block[query], scores, own);
    });
  });
  return results;
}

}  // namespace m2grl
