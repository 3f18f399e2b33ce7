#include "m2grl/cold_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evaluate/ranking.hpp"
#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/kernel/philox.hpp"
#include "search/score_rows.hpp"

namespace m2grl {
namespace {

/// Of one query's cold items, the best places and the target's rank; equal scores are ordered by drawn keys.
class cold_ranking {
 public:
  cold_ranking(std::size_t items, std::uint64_t seed) : order_(items), keys_(items), seed_(seed) {}

  std::uint64_t rank(std::uint64_t query, std::span<const float> scores, node_id target) {
    const kernel::random_stream random(seed_, 0, 0, query, kernel::purpose::ranking_ties);
    for (std::uint32_t i = 0; i < keys_.size(); ++i) keys_[i] = random.block(i / 4).word[i % 4];
    scores_ = scores;
    std::uint64_t above = 0;
    for (node_id i = 0; i < keys_.size(); ++i) above += before(i, target);
    return above + 1;
  }
  /// Of the query that was ranked last.
  std::span<const node_id> best(std::uint32_t k) {
    std::iota(order_.begin(), order_.end(), 0u);
    const std::size_t places = std::min<std::size_t>(k, order_.size());
    std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(places), order_.end(),
                      [&](node_id a, node_id b) { return before(a, b); });
    return std::span(order_).first(places);
  }

 private:
  [[nodiscard]] bool before(node_id a, node_id b) const {
    if (scores_[a] != scores_[b]) return scores_[a] > scores_[b];
    return keys_[a] != keys_[b] ? keys_[a] < keys_[b] : a < b;
  }

  std::vector<node_id> order_;
  std::vector<std::uint32_t> keys_;
  std::span<const float> scores_;
  std::uint64_t seed_;
};

/// The queries that ask for a cold item: histories with their cold items, targets are rows of the cold items.
query_set cold_queries(const query_set& held_out) {
  // A model from before such histories were kept has them without the cold items.
  const ragged& histories = held_out.cold_histories.size() > 0 ? held_out.cold_histories : held_out.histories;
  query_set cold;
  for (std::size_t q = 0; q < held_out.cold_targets.size(); ++q) {
    if (held_out.cold_targets[q] == no_node) continue;
    const auto history = histories[q];
    cold.histories.ids.insert(cold.histories.ids.end(), history.begin(), history.end());
    cold.histories.end_row();
    cold.targets.push_back(held_out.cold_targets[q]);
  }
  return cold;
}

std::vector<compose_part> attribute_parts(const model& m, const std::vector<compose_part>& compose) {
  std::vector<compose_part> parts;
  for (const compose_part& part : compose) {
    if (part.view != m.views.front().name) parts.push_back(part);
  }
  if (!parts.empty()) return parts;
  throw invalid_input("cold items have attributes alone, but compose names no view beside the item view");
}

/// The same parts for cold items.
std::vector<vector_part> cold_parts(const model& m, std::vector<vector_part> parts) {
  for (vector_part& part : parts) {
    const auto link = std::find_if(m.cold.links.begin(), m.cold.links.end(), [&](const link_data& known) {
      return &m.views[known.to].tables.input == part.input;
    });
    if (link == m.cold.links.end()) throw invalid_input("the cold items are not linked to every composed view");
    part.link = &*link;
  }
  return parts;
}

/// Query vectors of the model's items, then of its cold items.
table all_query_vectors(std::span<const vector_part> parts, std::span<const vector_part> cold) {
  const table known = query_vectors(parts), unseen = query_vectors(cold);
  table all(known.rows() + unseen.rows(), known.dim());
  for (std::size_t row = 0; row < all.rows(); ++row) {
    const auto from = row < known.rows() ? known[row] : unseen[row - known.rows()];
    std::copy(from.begin(), from.end(), all[row].begin());
  }
  return all;
}

std::uint64_t unlinked_items(const model& m, std::span<const vector_part> parts) {
  std::uint64_t unlinked = 0;
  for (std::size_t item = 0; item < m.cold.size(); ++item) {
    unlinked += std::all_of(parts.begin(), parts.end(),
                            [&](const vector_part& part) { return part.link->targets[item].empty(); });
  }
  return unlinked;
}

}  // namespace

cold_start_evaluation evaluate_cold_start(const model& m, bool validation, const eval_config& how,
                                          const resampling& intervals) {
  cold_start_evaluation result;
  result.split = ranking::split_name(validation);
  const query_set held_out = cold_queries(validation ? m.validation : m.test);
  if (held_out.size() == 0) {
    throw invalid_input(
        fmt::format("the model holds no {} query for an item unseen in training: the split held none "
                    "out, or the model was saved before such items were kept",
                    result.split));
  }
  const std::uint32_t most = ranking::largest(how.k);
  const auto parts = parts_of(m, attribute_parts(m, how.compose));
  const auto cold = cold_parts(m, parts);
  result.cold_items = m.cold.size();
  result.unlinked_items = unlinked_items(m, cold);
  for (std::size_t q = 0; q < held_out.size(); ++q) result.empty_queries += held_out.histories[q].empty();

  const table queries = history_vectors(all_query_vectors(parts, cold), held_out.histories, how.history, how.decay);
  const auto known = [&](std::size_t q) {
    const auto history = held_out.histories[q];
    return !history.empty() && history.back() < m.views.front().ids.size();
  };
  std::vector<std::uint64_t> ranks(held_out.size()), known_ranks;
  ranking::shown_nodes shown(m.cold.size()), known_shown(m.cold.size());
  for_each_score_row(queries, candidate_vectors(cold, how.input_similarity),
                     [&](std::size_t q, std::span<float> scores, visitor_scratch&) {
                       cold_ranking ranking(scores.size(), intervals.seed);
                       ranks[q] = ranking.rank(q, scores, held_out.targets[q]);
                       const auto best = ranking.best(most);
                       shown.show(best);
                       if (known(q)) known_shown.show(best);
                     });
  for (std::size_t q = 0; q < ranks.size(); ++q) {
    if (known(q)) known_ranks.push_back(ranks[q]);
  }
  result.model = ranking::summarise(ranks, how.k, shown, intervals);
  result.known_history = ranking::summarise(known_ranks, how.k, known_shown, intervals);
  query_set without_histories;
  without_histories.histories.offsets.assign(held_out.size() + 1, 0);
  without_histories.targets = held_out.targets;
  result.random = evaluate_random(m.cold.size(), without_histories, how.k);
  return result;
}

}  // namespace m2grl
