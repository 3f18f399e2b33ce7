#include "m2grl/link_prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "evaluate/bootstrap.hpp"
#include "evaluate/edge_scores.hpp"
#include "evaluate/ranking.hpp"
#include "evaluate/score_order.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

bool is_directed(const model& m, std::size_t view) { return view < m.cfg.views.size() && m.cfg.views[view].directed; }

void check_edges(const model& m, const labelled_edges& edges) {
  if (edges.view >= m.views.size()) {
    throw invalid_input(fmt::format("edges of view {}, there are {}", edges.view, m.views.size()));
  }
  if (edges.to.size() != edges.size() || edges.positive.size() != edges.size()) {
    throw invalid_input(fmt::format("{} first ends, {} second ends and {} labels of edges", edges.size(),
                                    edges.to.size(), edges.positive.size()));
  }
  const std::size_t nodes = m.views[edges.view].ids.size();
  for (const auto* ends : {&edges.from, &edges.to}) {
    for (const node_id node : *ends) {
      if (node < nodes || node == no_node) continue;
      throw invalid_input(fmt::format("an edge holds node {}, which is not among the {} nodes of view \"{}\"", node,
                                      nodes, m.views[edges.view].name));
    }
  }
}

/// Positive neighbours of each node of a view, in all lists, ascending.
ragged known_neighbours(const model& m, std::size_t view, bool directed,
                        std::initializer_list<std::span<const labelled_edges>> lists) {
  std::vector<std::pair<node_id, node_id>> pairs;
  for (const auto list : lists) {
    for (const labelled_edges& edges : list) {
      if (edges.view != view) continue;
      for (std::size_t e = 0; e < edges.size(); ++e) {
        if (edges.positive[e] == 0 || edges.from[e] == no_node || edges.to[e] == no_node) continue;
        pairs.emplace_back(edges.from[e], edges.to[e]);
        if (!directed) pairs.emplace_back(edges.to[e], edges.from[e]);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  ragged neighbours;
  auto next = pairs.begin();
  for (node_id node = 0; node < m.views[view].ids.size(); ++node) {
    for (; next != pairs.end() && next->first == node; ++next) neighbours.ids.push_back(next->second);
    neighbours.end_row();
  }
  return neighbours;
}

/// One type of edges: scores in order and, for each edge, what its ranks are worth.
class typed_edges {
 public:
  typed_edges(const model& m, const labelled_edges& edges, const edge_scorer& scorer, const ragged& excluded,
              std::span<const std::uint32_t> k)
      : edges_(edges), order_(scores_of(edges, scorer), edges.positive), values_(1 + k.size()) {
    for (auto& column : values_) column.assign(edges.size(), 0.0);
    std::vector<node_id> nodes, targets;
    std::vector<std::uint32_t> of_edge;
    const bool directed = is_directed(m, edges.view);
    for (std::uint32_t e = 0; e < edges.size(); ++e) {
      if (edges.positive[e] == 0 || !scorer.knows(edges.from[e]) || !scorer.knows(edges.to[e])) continue;
      nodes.push_back(edges.from[e]), targets.push_back(edges.to[e]), of_edge.push_back(e);
      if (!directed) nodes.push_back(edges.to[e]), targets.push_back(edges.from[e]), of_edge.push_back(e);
    }
    const std::vector<double> ranks = scorer.ranks(nodes, targets, excluded);
    const double share = directed ? 1 : 0.5;
    for (std::size_t q = 0; q < ranks.size(); ++q) {
      values_[0][of_edge[q]] += share / ranks[q];
      for (std::size_t i = 0; i < k.size(); ++i) values_[1 + i][of_edge[q]] += ranks[q] <= k[i] ? share : 0;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return edges_.size(); }
  /// ROC-AUC, average precision, MRR, hits at each k.
  [[nodiscard]] std::vector<double> figures(std::span<const std::uint32_t> times) const {
    const order_figures of_order = order_.figures(times);
    std::vector<double> out{of_order.roc_auc, of_order.average_precision};
    double positives = 0;
    for (std::size_t e = 0; e < size(); ++e) positives += edges_.positive[e] * times[e];
    for (const auto& column : values_) {
      double sum = 0;
      for (std::size_t e = 0; e < size(); ++e) sum += column[e] * times[e];
      out.push_back(positives > 0 ? sum / positives : 0);
    }
    return out;
  }

 private:
  static std::vector<float> scores_of(const labelled_edges& edges, const edge_scorer& scorer) {
    std::vector<float> scores(edges.size());
    for (std::size_t e = 0; e < edges.size(); ++e) scores[e] = scorer.score(edges.from[e], edges.to[e]);
    return scores;
  }

  const labelled_edges& edges_;
  score_order order_;
  std::vector<std::vector<double>> values_;  ///< [1 + k][edges]: 1 / rank, then hits; 0 for negatives
};

/// The figures of every type, then their mean, over a sample of all edges.
std::vector<double> figures_of(const std::vector<std::unique_ptr<typed_edges>>& types,
                               std::span<const std::uint32_t> sample) {
  std::vector<std::uint32_t> times(sample.size(), 0);
  for (const std::uint32_t edge : sample) ++times[edge];
  std::vector<double> all, mean;
  std::size_t first = 0;
  for (const auto& type : types) {
    const std::vector<double> own = type->figures(std::span(times).subspan(first, type->size()));
    first += type->size();
    all.insert(all.end(), own.begin(), own.end());
    mean.resize(own.size(), 0.0);
    for (std::size_t f = 0; f < own.size(); ++f) mean[f] += own[f] / static_cast<double>(types.size());
  }
  all.insert(all.end(), mean.begin(), mean.end());
  return all;
}

edge_figures figures_from(std::span<const estimate> all) {
  return {all[0], all[1], all[2], {all.begin() + 3, all.end()}};
}

edge_type_figures describe(const model& m, const labelled_edges& edges, const edge_scorer& scorer, edge_score score) {
  edge_type_figures out{edges.type, m.views[edges.view].name, score, edges.size(), 0, 0, 0, {}};
  for (std::size_t e = 0; e < edges.size(); ++e) {
    out.positives += edges.positive[e];
    out.unknown_edges += scorer.knows(edges.from[e]) && scorer.knows(edges.to[e]) ? 0 : 1;
  }
  for (node_id node = 0; node < m.views[edges.view].ids.size(); ++node) out.candidates += scorer.knows(node) ? 1 : 0;
  return out;
}

}  // namespace

link_prediction_evaluation evaluate_link_prediction(const model& m, std::span<const labelled_edges> edges,
                                                    std::span<const labelled_edges> known,
                                                    const link_prediction_options& options) {
  if (edges.empty()) throw invalid_input("there are no edges to evaluate on");
  (void)ranking::largest(options.k);
  for (const labelled_edges& type : edges) check_edges(m, type);
  for (const labelled_edges& type : known) check_edges(m, type);
  link_prediction_evaluation result;
  result.k = options.k;
  std::vector<std::unique_ptr<typed_edges>> types;
  std::size_t all = 0;
  for (const labelled_edges& type : edges) {
    const bool directed = is_directed(m, type.view);
    const edge_score score = options.score.value_or(directed ? edge_score::next : edge_score::both);
    const edge_scorer scorer(m.views[type.view], score);
    const ragged excluded = known_neighbours(m, type.view, directed, {edges, known});
    try {
      types.push_back(std::make_unique<typed_edges>(m, type, scorer, excluded, options.k));
    } catch (const invalid_input& fault) {
      throw invalid_input(fmt::format("view \"{}\": {}", m.views[type.view].name, fault.what()));
    }
    result.types.push_back(describe(m, type, scorer, score));
    all += type.size();
  }
  const auto figures = bootstrap(all, options.intervals,
                                 [&](std::span<const std::uint32_t> sample) { return figures_of(types, sample); });
  const std::size_t width = figures.size() / (types.size() + 1);
  const auto of = [&](std::size_t t) { return figures_from(std::span(figures).subspan(t * width, width)); };
  for (std::size_t t = 0; t < types.size(); ++t) result.types[t].figures = of(t);
  result.mean = of(types.size());
  return result;
}

}  // namespace m2grl
