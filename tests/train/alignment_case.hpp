#pragma once
/// What the tests of the alignment task share: a small link, its pairs by the documented draws, and comparisons.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "m2grl/kernel/adam.hpp"
#include "reference/alignment.hpp"
#include "train/problem.hpp"

namespace alignment {

using namespace m2grl;

struct test_case {
  std::uint32_t dim = 32, relation_dim = 0, negatives = 5, threads = 1;
  std::size_t n_a = 60, n_b = 9;
  std::size_t links_per_node = 0;  ///< 0: 1 and 2 in turn
  std::uint64_t pairs = 200;
  projection_kind projection = projection_kind::identity;
  bool shared = true, bias = true, adagrad = false, adam = false;
};

/// Sequences of both views and the links between them; the last node of view a has no link.
struct data {
  ragged a, b, links;
  std::vector<std::uint32_t> counts;
};

inline data make_data(const test_case& c, std::mt19937_64& random) {
  data d;
  for (int s = 0; s < 30; ++s) {
    for (int i = 0; i < 10; ++i) {
      d.a.ids.push_back(static_cast<node_id>(random() % (1 + random() % c.n_a)));
      d.b.ids.push_back(static_cast<node_id>(random() % c.n_b));
    }
    d.a.end_row();
    d.b.end_row();
  }
  for (std::size_t i = 0; i < c.n_a; ++i) {
    for (std::size_t l = 0; l < (i + 1 == c.n_a ? 0 : c.links_per_node != 0 ? c.links_per_node : 1 + i % 2); ++l) {
      d.links.ids.push_back(static_cast<node_id>((i + 4 * l) % c.n_b));
      d.counts.push_back(static_cast<std::uint32_t>(1 + random() % 5));
    }
    d.links.end_row();
  }
  return d;
}

inline problem make_alignment_problem(const test_case& c, const data& d) {
  train_config cfg;
  cfg.dim = c.dim;
  cfg.negatives = c.negatives;
  cfg.threads = c.threads;
  cfg.seed = 21;
  cfg.align_matrix_rate = 0.5;
  view_input a, b;
  a.name = "item";
  a.nodes = c.n_a;
  a.sequences = d.a;
  b.name = "category";
  b.nodes = c.n_b;
  b.sequences = d.b;
  link_input link{0, 1, d.links, d.counts, {}};
  link.options.projection = c.projection;
  link.options.relation_dim = c.relation_dim;
  link.options.shared = c.shared;
  link.options.bias = c.bias;
  const view_input views[] = {a, b};
  return make_problem(cfg, views, std::span(&link, 1));
}

/// The pairs of one batch, by the documented draws; a negative equal to the partner is left out.
inline std::vector<reference::alignment_pair> batch_of(const kernel::link_options& o, std::uint64_t first,
                                                       std::uint64_t count, std::uint32_t pool_size) {
  std::vector<reference::alignment_pair> batch;
  for (std::uint64_t p = first; p < first + count; ++p) {
    const kernel::linked_pair drawn = kernel::draw_pair(o, p);
    reference::alignment_pair pair{drawn.from, drawn.to, {}};
    for (std::uint32_t k = 0; k < o.negatives; ++k) {
      const std::uint32_t pick = kernel::draw_pool_entry(o, first, kernel::draw_pool_index(o, p, k, pool_size));
      if (pick != drawn.to) pair.negatives.push_back(pick);
    }
    batch.push_back(std::move(pair));
  }
  return batch;
}

inline table random_table(std::mt19937_64& random, std::size_t rows, std::size_t dim, double scale) {
  std::normal_distribution<float> normal(0, static_cast<float>(scale));
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = normal(random);
  }
  return t;
}

/// Lazy Adam's moments of one side's rows; none where a case does without.
struct moments {
  moments(const test_case& c, std::size_t rows)
      : means(c.adam ? rows : 0, c.dim), squares(c.adam ? rows : 0, c.dim), steps(c.adam ? rows : 0, 0) {}
  [[nodiscard]] kernel::adam_rows ref() {
    if (steps.empty()) return {};
    return {means.data(), squares.data(), steps.data()};
  }
  table means, squares;
  std::vector<std::uint32_t> steps;
};

inline double distance(const table& got, const reference::matrix& wanted) {
  double worst = 0, largest = 1;
  for (std::size_t r = 0; r < got.rows(); ++r) {
    for (std::size_t c = 0; c < got.stride(); ++c) {
      const double expected = c < got.dim() ? wanted[r][c] : 0;  // padding stays zero
      worst = std::max(worst, std::abs(static_cast<double>(got.data()[r * got.stride() + c]) - expected));
      largest = std::max(largest, std::abs(expected));
    }
  }
  return worst / largest;
}

}  // namespace alignment
