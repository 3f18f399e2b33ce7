#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluate/ranking.hpp"
#include "m2grl/evaluate.hpp"

namespace m2grl {

using namespace ranking;  // NOLINT: this file and evaluate.cpp are its users

ranking_metrics evaluate_popularity(std::span<const std::uint64_t> counts, const query_set& held_out,
                                    std::span<const std::uint32_t> k, const resampling& intervals) {
  const std::uint32_t most = largest(k);
  check_queries(held_out, counts.size());
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
    assign_unique(history, seen);
    best.clear();
    for (std::size_t i = 0; i < order.size() && best.size() < most; ++i) {
      if (order[i] == target || !std::binary_search(seen.begin(), seen.end(), order[i])) best.push_back(order[i]);
    }
    shown.show(best);
    if (target == no_node) continue;
    ranks[q] = place[target] + 1;
    for (const node_id id : seen) ranks[q] -= id != target && place[id] < place[target] ? 1 : 0;
  }
  return summarise(ranks, k, shown, intervals);
}

namespace {

/// The expected share of nodes shown at one k: Σ over nodes of the log-chance that no query shows them, as the sum
/// over all queries less those whose history keeps the node away. Queries that show all they have are counted apart.
class expected_coverage {
 public:
  explicit expected_coverage(std::size_t nodes) : kept_away_(nodes, 0), surely_(nodes, 0) {}
  void add(std::span<const node_id> seen, node_id target, double share) {
    const bool sure = share >= 1;
    const double log_unshown = sure ? 0 : std::log1p(-share);
    all_ += log_unshown;
    sure_ += sure;
    for (const node_id id : seen) {
      if (id == target) continue;
      kept_away_[id] += log_unshown;
      surely_[id] += sure;
    }
  }
  [[nodiscard]] double value() const {
    double shown = 0;
    for (std::size_t i = 0; i < surely_.size(); ++i)
      shown += sure_ > surely_[i] ? 1 : -std::expm1(all_ - kept_away_[i]);
    return shown / std::max<double>(1, static_cast<double>(surely_.size()));
  }

 private:
  double all_ = 0;
  std::uint64_t sure_ = 0;
  std::vector<double> kept_away_;
  std::vector<std::uint64_t> surely_;
};

}  // namespace

ranking_metrics evaluate_random(std::size_t nodes, const query_set& held_out, std::span<const std::uint32_t> k) {
  (void)largest(k);
  check_queries(held_out, nodes);
  std::vector<double> harmonic(nodes + 1, 0), gain(nodes + 1, 0);
  for (std::size_t r = 1; r <= nodes; ++r) {
    harmonic[r] = harmonic[r - 1] + 1.0 / static_cast<double>(r);
    gain[r] = gain[r - 1] + 1 / std::log2(static_cast<double>(r) + 1);
  }
  ranking_metrics m;
  m.queries = held_out.size();
  for (const std::uint32_t at : k) m.at.push_back({at, 0, 0, 0, {}, {}});
  std::vector<expected_coverage> coverage(k.size(), expected_coverage(nodes));
  const double queries = std::max<double>(1, static_cast<double>(held_out.size()));
  std::vector<node_id> seen;
  for (std::size_t q = 0; q < held_out.size(); ++q) {
    const node_id target = held_out.targets[q];
    assign_unique(held_out.histories[q], seen);
    const bool in_history = std::binary_search(seen.begin(), seen.end(), target);
    const std::size_t left = nodes - seen.size() + (in_history ? 1 : 0);
    const auto n = static_cast<double>(left);
    if (left == 0) continue;
    if (target != no_node) m.mrr += harmonic[left] / n / queries;
    for (std::size_t i = 0; i < k.size(); ++i) {
      const std::size_t places = std::min<std::size_t>(k[i], left);
      coverage[i].add(seen, target, static_cast<double>(places) / n);
      if (target == no_node) continue;
      m.at[i].hit_rate += static_cast<double>(places) / n / queries;
      m.at[i].ndcg += gain[places] / n / queries;
    }
  }
  m.mrr_interval = {m.mrr, m.mrr};
  for (std::size_t i = 0; i < k.size(); ++i) {
    metrics_at_k& at = m.at[i];
    at.coverage = coverage[i].value();
    at.hit_rate_interval = {at.hit_rate, at.hit_rate};
    at.ndcg_interval = {at.ndcg, at.ndcg};
  }
  return m;
}

}  // namespace m2grl
