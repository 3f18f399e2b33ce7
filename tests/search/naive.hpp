#pragma once
/// Oracles of the searches: everything scored in float64 and sorted.

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "m2grl/search.hpp"

namespace m2grl::test {

inline double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += double(a[d]) * double(b[d]);
  return sum;
}

inline double naive_score(std::span<const float> q, std::span<const float> c, similarity by) {
  if (by == similarity::l2) {
    double sum = 0;
    for (std::size_t d = 0; d < q.size(); ++d) sum += std::pow(double(q[d]) - double(c[d]), 2);
    return -sum;
  }
  const double product = dot(q, c);
  return by == similarity::cosine && product != 0 ? product / std::sqrt(dot(q, q) * dot(c, c)) : product;
}

/// The k best that `admitted` lets through.
inline std::vector<scored_node> naive_top_k(
    const table& queries, const table& candidates, std::size_t q, std::size_t k, similarity by,
    const std::function<bool(node_id)>& admitted = [](node_id) { return true; }) {
  std::vector<scored_node> all;
  for (node_id c = 0; c < candidates.rows(); ++c) {
    if (admitted(c)) all.push_back({c, static_cast<float>(naive_score(queries[q], candidates[c], by))});
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  all.resize(std::min(all.size(), k));
  return all;
}

/// Small integers: sums are exact in any order, and many are equal.
inline table whole_table(std::size_t rows, std::size_t dim, std::mt19937& random) {
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = static_cast<float>(static_cast<int>(random() % 5) - 2);
  }
  return t;
}

inline table normal_table(std::size_t rows, std::size_t dim, std::mt19937& random) {
  std::normal_distribution<float> normal;
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = normal(random);
  }
  return t;
}

}  // namespace m2grl::test
