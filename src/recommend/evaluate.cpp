#include "m2grl/evaluate.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "recommend/score_rows.hpp"

namespace m2grl {
namespace {

constexpr float excluded = -std::numeric_limits<float>::infinity();
constexpr std::uint64_t miss = std::numeric_limits<std::uint64_t>::max();

std::uint32_t largest(std::span<const std::uint32_t> k) {
  if (k.empty()) throw invalid_input("no k to evaluate at");
  if (*std::min_element(k.begin(), k.end()) == 0) throw invalid_input("k is 0, it must be at least 1");
  return *std::max_element(k.begin(), k.end());
}

/// The best rank at which each node was shown, over all queries; threads only ever lower it.
class shown_nodes {
 public:
  explicit shown_nodes(std::size_t nodes) : best_(nodes, std::numeric_limits<std::uint32_t>::max()) {}
  void show(std::span<const node_id> ranked) {
#pragma omp critical(m2grl_shown_nodes)
    for (std::uint32_t place = 0; place < ranked.size(); ++place) {
      best_[ranked[place]] = std::min(best_[ranked[place]], place);
    }
  }
  [[nodiscard]] double coverage(std::uint32_t k) const {
    const auto shown = std::count_if(best_.begin(), best_.end(), [&](auto place) { return place < k; });
    return static_cast<double>(shown) / static_cast<double>(best_.size());
  }

 private:
  std::vector<std::uint32_t> best_;
};

ranking_metrics summarise(std::span<const std::uint64_t> ranks, std::span<const std::uint32_t> ks,
                          const shown_nodes& shown) {
  ranking_metrics m;
  m.queries = ranks.size();
  const double n = std::max<double>(1, static_cast<double>(ranks.size()));
  for (const std::uint64_t rank : ranks) m.mrr += rank == miss ? 0 : 1.0 / static_cast<double>(rank) / n;
  for (const std::uint32_t k : ks) {
    metrics_at_k at{k, 0, 0, shown.coverage(k)};
    for (const std::uint64_t rank : ranks) {
      if (rank > k) continue;
      at.hit_rate += 1 / n;
      at.ndcg += 1 / std::log2(static_cast<double>(rank) + 1) / n;
    }
    m.at.push_back(at);
  }
  return m;
}

/// Rank of `target`, and the k best into `best`, after the history is excluded.
std::uint64_t rank_of(std::span<float> scores, std::span<const node_id> history, node_id target, std::uint32_t k,
                      std::vector<node_id>& best) {
  const float goal = target == no_node ? 0 : scores[target];
  for (const node_id id : history) scores[id] = excluded;
  if (target != no_node) scores[target] = goal;
  select_top_k(scores, k, best);
  if (target == no_node) return miss;
  std::uint64_t above = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) above += scores[i] > goal || (scores[i] == goal && i < target);
  return above + 1;
}

}  // namespace

const metrics_at_k& ranking_metrics::at_k(std::uint32_t k) const {
  for (const metrics_at_k& m : at) {
    if (m.k == k) return m;
  }
  throw invalid_input(fmt::format("metrics were not computed at k = {}", k));
}

ranking_metrics evaluate_ranking(const table& queries, const table& candidates, const query_set& held_out,
                                 std::span<const std::uint32_t> k) {
  if (queries.rows() != held_out.size()) {
    throw invalid_input(fmt::format("{} query vectors for {} held-out queries", queries.rows(), held_out.size()));
  }
  const std::uint32_t most = largest(k);
  std::vector<std::uint64_t> ranks(held_out.size(), miss);
  shown_nodes shown(candidates.rows());
  for_each_score_row(queries, candidates, [&](std::size_t q, std::span<float> scores) {
    thread_local std::vector<node_id> best;
    ranks[q] = rank_of(scores, held_out.histories[q], held_out.targets[q], most, best);
    shown.show(best);
  });
  return summarise(ranks, k, shown);
}

ranking_metrics evaluate_popularity(std::span<const std::uint64_t> counts, const query_set& held_out,
                                    std::span<const std::uint32_t> k) {
  const std::uint32_t most = largest(k);
  std::vector<node_id> order(counts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](node_id a, node_id b) { return counts[a] > counts[b]; });
  std::vector<std::uint64_t> place(counts.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;

  std::vector<std::uint64_t> ranks(held_out.size(), miss);
  shown_nodes shown(counts.size());
  std::vector<node_id> seen, best;
  for (std::size_t q = 0; q < held_out.size(); ++q) {
    const auto history = held_out.histories[q];
    const node_id target = held_out.targets[q];
    seen.assign(history.begin(), history.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    best.clear();
    for (std::size_t i = 0; i < order.size() && best.size() < most; ++i) {
      if (order[i] == target || !std::binary_search(seen.begin(), seen.end(), order[i])) best.push_back(order[i]);
    }
    shown.show(best);
    if (target == no_node) continue;
    ranks[q] = place[target] + 1;
    for (const node_id id : seen) ranks[q] -= id != target && place[id] < place[target] ? 1 : 0;
  }
  return summarise(ranks, k, shown);
}

ranking_metrics evaluate_random(std::size_t nodes, const query_set& held_out, std::span<const std::uint32_t> k) {
  (void)largest(k);
  std::vector<double> harmonic(nodes + 1, 0), gain(nodes + 1, 0);
  for (std::size_t r = 1; r <= nodes; ++r) {
    harmonic[r] = harmonic[r - 1] + 1.0 / static_cast<double>(r);
    gain[r] = gain[r - 1] + 1 / std::log2(static_cast<double>(r) + 1);
  }
  ranking_metrics m;
  m.queries = held_out.size();
  for (const std::uint32_t at : k) m.at.push_back({at, 0, 0, 0});
  std::vector<double> unseen(k.size(), 1.0);
  const double queries = std::max<double>(1, static_cast<double>(held_out.size()));
  std::vector<node_id> seen;
  for (std::size_t q = 0; q < held_out.size(); ++q) {
    const auto history = held_out.histories[q];
    const node_id target = held_out.targets[q];
    seen.assign(history.begin(), history.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    const bool in_history = std::binary_search(seen.begin(), seen.end(), target);
    const std::size_t left = nodes - seen.size() + (in_history ? 1 : 0);
    const auto n = static_cast<double>(left);
    if (left == 0) continue;
    if (target != no_node) m.mrr += harmonic[left] / n / queries;
    for (std::size_t i = 0; i < k.size(); ++i) {
      const std::size_t places = std::min<std::size_t>(k[i], left);
      unseen[i] *= 1 - static_cast<double>(places) / static_cast<double>(nodes);
      if (target == no_node) continue;
      m.at[i].hit_rate += static_cast<double>(places) / n / queries;
      m.at[i].ndcg += gain[places] / n / queries;
    }
  }
  for (std::size_t i = 0; i < k.size(); ++i) m.at[i].coverage = 1 - unseen[i];
  return m;
}

next_item_evaluation evaluate_next_item(const model& m, bool validation, const eval_config& how) {
  const query_set& held_out = validation ? m.validation : m.test;
  next_item_evaluation result;
  result.split = validation ? "validation" : "test";
  if (held_out.size() == 0) {
    throw invalid_input(fmt::format("the model holds no {} queries: it was trained with split.kind = \"{}\"",
                                    result.split, m.cfg.split.kind == split_kind::none ? "none" : "time"));
  }
  const auto parts = parts_of(m, how.compose);
  const table queries = history_vectors(query_vectors(parts), held_out.histories, how.history, how.decay);
  result.model = evaluate_ranking(queries, candidate_vectors(parts, how.input_similarity), held_out, how.k);
  const auto& counts = m.views.front().ids.counts();
  result.popularity = evaluate_popularity(counts, held_out, how.k);
  result.random = evaluate_random(counts.size(), held_out, how.k);
  return result;
}

double validation_hit_rate(const dataset& data, const embeddings& learned, const eval_config& how, std::uint32_t k) {
  const auto parts = parts_of(data, learned, how.compose);
  const query_set& held_out = data.validation;
  const table queries = history_vectors(query_vectors(parts), held_out.histories, how.history, how.decay);
  const std::uint32_t wanted[] = {k};
  return evaluate_ranking(queries, candidate_vectors(parts, how.input_similarity), held_out, wanted).at_k(k).hit_rate;
}

}  // namespace m2grl
