#include "m2grl/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evaluate/hit_rates.hpp"
#include "evaluate/list_measures.hpp"
#include "evaluate/ranking.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/recommend.hpp"
#include "recommend/discovery_scores.hpp"
#include "search/score_rows.hpp"

namespace m2grl {
namespace {

using namespace discovery;

constexpr std::size_t first_mix = 3;  // item, composed, new_only come before

std::vector<discovery_row> rows_for(const discovery_options& options) {
  std::vector<discovery_row> rows{{"item", 0, {}}, {"composed", 0, {}}, {"new_only", 0, {}}};
  for (const double mix : options.mix) rows.push_back({"mix", mix, {}});
  return rows;
}

bool mixes_metric(const discovery_options& options) {
  return std::any_of(options.mix.begin(), options.mix.end(), [](double mix) { return mix > 0; });
}

void check_days(const query_set& held_out, double days, const char* split) {
  if (!(days >= 0)) throw invalid_input(fmt::format("days are {}, they cannot be negative", days));
  if (days == 0 || held_out.past.size() > 0) return;
  throw invalid_input(
      fmt::format("the model keeps no times of its {} queries: the log had none (data.time), or the "
                  "model was saved before they were kept",
                  split));
}

/// Of each query the categories that are not new to the user.
class known_categories {
 public:
  known_categories(const query_set& held_out, std::span<const node_id> categories, double days)
      : held_out_(held_out), categories_(categories), seconds_(days * 86400) {}

  /// Calls `use` with each, as often as the user met it.
  template <class Use>
  void for_each(std::size_t query, Use&& use) const {
    const ragged& past = held_out_.past;
    if (past.size() == 0) {
      for (const node_id id : held_out_.histories[query]) use_category(id, use);
      return;
    }
    for (std::uint64_t at = past.offsets[query]; at < past.offsets[query + 1]; ++at) {
      if (seconds_ > 0 && held_out_.past_seconds[at] > seconds_) continue;
      use_category(past.ids[at], use);
    }
  }

  [[nodiscard]] familiar_items familiar(std::size_t query, std::size_t category_count) const {
    familiar_items items(categories_, category_count);
    for_each(query, [&](node_id category) { items.add(category); });
    return items;
  }

  [[nodiscard]] bool is_discovery(std::size_t query) const {
    const node_id target = held_out_.targets[query];
    if (target == no_node || categories_[target] == no_node) return false;
    bool known = false;
    for_each(query, [&](node_id category) { known |= category == categories_[target]; });
    return !known;
  }

 private:
  template <class Use>
  void use_category(node_id id, Use&& use) const {
    if (categories_[id] != no_node) use(categories_[id]);
  }

  const query_set& held_out_;
  std::span<const node_id> categories_;
  double seconds_;
};

/// Ranks every query by every row's scores, and collects what the lists are like.
class list_collector {
 public:
  list_collector(const query_set& held_out, const known_categories& known, const item_facts& facts,
                 const std::vector<discovery_row>& rows, double known_penalty, std::span<const std::uint32_t> k,
                 std::uint32_t most)
      : held_out_(held_out),
        known_(known),
        facts_(facts),
        rows_(rows),
        known_penalty_(static_cast<float>(known_penalty)),
        k_(k),
        most_(most),
        measures_(facts, held_out.size(), rows.size() * k.size()),
        hits_{std::vector<std::vector<std::uint32_t>>(held_out.size()), {}} {}

  /// scores: item, composed and, where a row mixes it in, the metric.
  void visit(std::size_t query, score_rows scores, visitor_scratch& own) {
    std::vector<float>& ranked = own.scores;
    const familiar_items familiar = known_.familiar(query, facts_.categories());
    rank(query, 0, scores[0], own.best);
    ranked.assign(scores[1].begin(), scores[1].end());
    rank(query, 1, ranked, own.best);
    ranked.assign(scores[1].begin(), scores[1].end());
    familiar.change(ranked, [](float) { return excluded_score; });  // a target among them is a miss
    rank(query, 2, ranked, own.best);
    if (rows_.size() == first_mix) return;
    for (const std::span<float> way : scores.subspan(1)) standardise(way);
    for (std::size_t row = first_mix; row < rows_.size(); ++row) {
      mix_scores(scores.subspan(1), rows_[row].mix, ranked);
      if (known_penalty_ > 0) familiar.change(ranked, [&](float score) { return score - known_penalty_; });
      rank(query, row, ranked, own.best);
    }
  }

  [[nodiscard]] const list_measures& measures() const noexcept { return measures_; }
  [[nodiscard]] query_hits& hits() noexcept { return hits_; }

 private:
  void rank(std::size_t query, std::size_t row, std::span<float> scores, std::vector<node_id>& best) {
    const auto history = held_out_.histories[query];
    const node_id target = held_out_.targets[query];
    const float goal = target == no_node ? 0 : scores[target];
    for (const node_id id : history) scores[id] = excluded_score;
    if (target != no_node) scores[target] = goal;  // bought again: a target always stands
    select_top_k(scores, most_, best);
    const auto place = static_cast<std::size_t>(std::find(best.begin(), best.end(), target) - best.begin());
    const node_id last = history.empty() ? no_node : facts_.category(history.back());
    for (std::size_t i = 0; i < k_.size(); ++i) {
      const std::size_t column = row * k_.size() + i, length = std::min<std::size_t>(k_[i], best.size());
      measures_.add(query, column, std::span(best).first(length), last);
      if (target != no_node && place < length) hits_.ways_of[query].push_back(static_cast<std::uint32_t>(column));
    }
  }

  const query_set& held_out_;
  const known_categories& known_;
  const item_facts& facts_;
  const std::vector<discovery_row>& rows_;
  float known_penalty_;
  std::span<const std::uint32_t> k_;
  std::uint32_t most_;  ///< the largest k
  list_measures measures_;
  query_hits hits_;
};

/// Tells discovery queries from the others; returns how many queries end in an item with a category.
std::size_t classify(const query_set& held_out, std::span<const node_id> categories, const known_categories& known,
                     query_hits& hits, discovery_evaluation& result) {
  std::size_t known_last = 0;
  for (std::size_t q = 0; q < held_out.size(); ++q) {
    const auto history = held_out.histories[q];
    const node_id target = held_out.targets[q];
    hits.counted.push_back(known.is_discovery(q));
    result.discovery_queries += hits.counted.back();
    result.unknown_queries += target == no_node || categories[target] == no_node;
    known_last += !history.empty() && categories[history.back()] != no_node;
  }
  return known_last;
}

void fill(discovery_evaluation& result, const list_collector& lists, const hit_rates& rates,
          std::span<const std::uint32_t> k, std::size_t known_last) {
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    for (std::size_t i = 0; i < k.size(); ++i) {
      const std::size_t column = row * k.size() + i;
      discovery_at_k at;
      at.k = k[i];
      at.hit_rate = rates.all[column];
      at.discovery_hit_rate = rates.counted[column];
      lists.measures().summarise(column, known_last, at);
      result.rows[row].at.push_back(at);
    }
  }
}

}  // namespace

discovery_evaluation evaluate_discovery(const model& m, bool validation, const eval_config& how,
                                        const discovery_options& options) {
  const query_set& held_out = ranking::held_out_queries(m, validation);
  const std::uint32_t most = ranking::largest(how.k);
  for (const double mix : options.mix) check_mix(m, mix);
  check_known_penalty(options.known_penalty);
  discovery_evaluation result;
  result.split = ranking::split_name(validation);
  result.days = options.days;
  result.known_penalty = options.known_penalty;
  check_days(held_out, options.days, result.split.c_str());
  result.view = category_view(m, options.view.empty() && m.metric ? m.metric->options.view : options.view);
  result.queries = held_out.size();
  result.rows = rows_for(options);
  const auto categories = main_nodes(m, result.view);
  const model_view& items = m.views[0];
  const item_facts facts(items.tables.input, items.ids.counts(), categories,
                         m.views[view_index(m, result.view)].ids.size());
  const known_categories known(held_out, categories, options.days);
  list_collector lists(held_out, known, facts, result.rows, options.known_penalty, how.k, most);
  eval_config item_alone = how;
  item_alone.compose.clear();
  std::vector<score_vectors> vectors;
  vectors.push_back(composed_vectors(m, held_out.histories, item_alone));
  vectors.push_back(composed_vectors(m, held_out.histories, how));
  if (mixes_metric(options)) vectors.push_back(discovery::metric_vectors(m, held_out.histories, how));
  std::vector<scored_tables> ways;
  for (const score_vectors& way : vectors) ways.push_back({&way.queries, &way.candidates});
  for_each_query(ways,
                 [&](std::size_t query, score_rows scores, visitor_scratch& own) { lists.visit(query, scores, own); });
  const std::size_t known_last = classify(held_out, categories, known, lists.hits(), result);
  const hit_rates rates = rates_of(lists.hits(), result.rows.size() * how.k.size(), options.intervals);
  fill(result, lists, rates, how.k, known_last);
  return result;
}

}  // namespace m2grl
