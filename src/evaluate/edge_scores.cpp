#include "evaluate/edge_scores.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "search/score_rows.hpp"
#include "table_rows.hpp"

namespace m2grl {
namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Rank of the target among scores that are numbers; the excluded are none.
double rank_of(std::span<const float> scores, node_id target) {
  const float goal = scores[target];
  std::uint64_t above = 0, level = 0;
  for (const float score : scores) {
    above += score > goal ? 1 : 0;
    level += score == goal ? 1 : 0;
  }
  return static_cast<double>(above) + static_cast<double>(level + 1) / 2;  // `level` counts the target, too
}

}  // namespace

edge_scorer::edge_scorer(const model_view& view, edge_score how) : view_(view), how_(how) {
  if (how == edge_score::cosine) units_ = unit_rows(view.tables.input);
  for (node_id node = 0; node < view.ids.size(); ++node) {
    if (!knows(node)) unknown_.push_back(node);
  }
}

float edge_scorer::score(node_id u, node_id v) const {
  if (!knows(u) || !knows(v)) return -std::numeric_limits<float>::infinity();
  const table &in = view_.tables.input, &out = view_.tables.output;
  switch (how_) {
    case edge_score::both: return static_cast<float>(dot(in[u], out[v]) + dot(in[v], out[u]));
    case edge_score::next: return static_cast<float>(dot(in[u], out[v]));
    case edge_score::cosine: break;
  }
  return static_cast<float>(dot(units_[u], units_[v]));
}

std::vector<double> edge_scorer::ranks(std::span<const node_id> nodes, std::span<const node_id> targets,
                                       ragged_ref excluded) const {
  constexpr std::size_t block = 4096;  // bounds the copies of query vectors
  std::vector<double> ranks(nodes.size());
  for (std::size_t first = 0; first < nodes.size(); first += block) {
    const std::size_t count = std::min(block, nodes.size() - first);
    rank_block(nodes.subspan(first, count), targets.subspan(first, count), excluded,
               std::span(ranks).subspan(first, count));
  }
  return ranks;
}

void edge_scorer::rank_block(std::span<const node_id> nodes, std::span<const node_id> targets, ragged_ref excluded,
                             std::span<double> ranks) const {
  const table &in = view_.tables.input, &out = view_.tables.output;
  const bool cosine = how_ == edge_score::cosine;
  const table forward = gather_rows(cosine ? units_ : in, nodes);
  table backward;
  std::vector<scored_tables> ways{{&forward, cosine ? &units_ : &out}};
  if (how_ == edge_score::both) {
    backward = gather_rows(out, nodes);
    ways.push_back({&backward, &in});
  }
  for_each_query(ways, [&](std::size_t q, score_rows rows, visitor_scratch&) {
    const std::span<float> scores = rows[0];
    if (rows.size() == 2) {
      for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += rows[1][i];
    }
    const float goal = scores[targets[q]];
    for (const node_id node : unknown_) scores[node] = excluded_score;
    for (const node_id node : excluded[nodes[q]]) scores[node] = excluded_score;
    scores[nodes[q]] = excluded_score;
    scores[targets[q]] = goal;
    ranks[q] = rank_of(scores, targets[q]);
  });
}

}  // namespace m2grl
