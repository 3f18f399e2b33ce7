#pragma once
/// Planted-partition sequences with Zipf degrees, and how well vectors recover the partition.

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace support {

/// Node i belongs to community i % communities; within it nodes are drawn ∝ 1/(place + 1)^skew.
struct planted_partition {
  std::size_t nodes = 0, communities = 0;
  m2grl::ragged sequences;
  std::vector<std::uint64_t> counts;

  [[nodiscard]] std::size_t community(std::size_t node) const { return node % communities; }
};

/// Each sequence stays in one community; a share `mixed` of its positions is drawn from all nodes.
inline planted_partition make_planted(std::size_t nodes, std::size_t communities, std::size_t sequences,
                                      std::size_t length, double skew, double mixed, std::uint64_t seed) {
  planted_partition g{nodes, communities, {}, std::vector<std::uint64_t>(nodes, 0)};
  std::mt19937_64 random(seed);
  std::vector<double> weights;
  for (std::size_t place = 0; place < nodes / communities; ++place) {
    weights.push_back(1 / std::pow(static_cast<double>(place + 1), skew));
  }
  std::discrete_distribution<std::size_t> member(weights.begin(), weights.end());
  std::uniform_real_distribution<double> coin(0, 1);
  for (std::size_t s = 0; s < sequences; ++s) {
    const std::size_t home = random() % communities;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t c = coin(random) < mixed ? random() % communities : home;
      g.sequences.ids.push_back(static_cast<m2grl::node_id>(member(random) * communities + c));
      ++g.counts[g.sequences.ids.back()];
    }
    g.sequences.end_row();
  }
  return g;
}

/// Mean share, over all nodes, of a node's `k` nearest neighbours by cosine that lie in its community.
/// 0 where a vector is not finite.
inline double purity(const planted_partition& g, const m2grl::table& vectors, std::size_t k) {
  std::vector<std::vector<float>> unit;
  for (std::size_t i = 0; i < g.nodes; ++i) {
    unit.emplace_back(vectors[i].begin(), vectors[i].end());
    double square = 0;
    for (const float v : unit.back()) square += static_cast<double>(v) * static_cast<double>(v);
    if (!std::isfinite(square)) return 0;
    for (float& v : unit.back()) v /= static_cast<float>(std::sqrt(square) + 1e-30);
  }
  std::uint64_t same = 0;
  std::vector<std::pair<float, std::size_t>> scores(g.nodes);
  for (std::size_t i = 0; i < g.nodes; ++i) {
    for (std::size_t j = 0; j < g.nodes; ++j) {
      float score = 0;
      for (std::size_t c = 0; c < unit[i].size(); ++c) score += unit[i][c] * unit[j][c];
      scores[j] = {j == i ? -2.0f : score, j};
    }
    std::nth_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(k) - 1, scores.end(),
                     std::greater<>());
    for (std::size_t n = 0; n < k; ++n) same += g.community(scores[n].second) == g.community(i);
  }
  return static_cast<double>(same) / static_cast<double>(g.nodes * k);
}

}  // namespace support
