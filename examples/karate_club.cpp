/// Zachary's karate club in two dimensions: writes karate_club.svg, or the file that you name.
///
/// Walks over the 78 friendships train vectors of 16 dimensions; the picture shows the two in which they differ most.
/// Colours are the halves that the club split into; the vectors know nothing of them.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <numeric>
#include <vector>

#include "karate_club.hpp"

namespace {

using vector = std::vector<double>;

double dot(const vector& a, const vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// Rows about their mean, without what lies along `axis`.
void take_away(std::vector<vector>& rows, const vector& axis) {
  for (vector& row : rows) {
    const double along = dot(row, axis);
    for (std::size_t d = 0; d < row.size(); ++d) row[d] -= along * axis[d];
  }
}

/// The direction in which the rows differ most, by power iteration.
vector principal_axis(const std::vector<vector>& rows) {
  vector axis(rows.front().size(), 1.0);
  for (int round = 0; round < 200; ++round) {
    vector next(axis.size(), 0.0);
    for (const vector& row : rows) {
      const double along = dot(row, axis);
      for (std::size_t d = 0; d < row.size(); ++d) next[d] += along * row[d];
    }
    const double length = std::sqrt(dot(next, next));
    std::transform(next.begin(), next.end(), axis.begin(), [&](double v) { return v / length; });
  }
  return axis;
}

/// Vectors of the members, [members, 16].
m2grl::table trained() {
  std::vector<m2grl::node_id> from, to;
  for (std::size_t i = 0; i < karate_club::friends.size(); i += 2) {
    from.push_back(karate_club::friends[i]);
    to.push_back(karate_club::friends[i + 1]);
  }
  const m2grl::csr_graph graph = m2grl::build_edge_graph(from, to, {}, karate_club::members, /*directed=*/false);
  m2grl::view_input club;
  club.name = "member", club.nodes = graph.nodes(), club.graph = &graph;
  club.source = m2grl::sequence_source::walks;
  club.walks.per_node = 20;
  m2grl::train_config cfg;
  cfg.dim = 16, cfg.epochs = 20, cfg.deterministic = true;
  return m2grl::train(cfg, {&club, 1}).learned.views[0].input.clone();
}

}  // namespace

int main(int count, char** words) {
  const m2grl::table vectors = trained();
  std::vector<vector> rows;
  for (std::size_t m = 0; m < vectors.rows(); ++m) rows.emplace_back(vectors[m].begin(), vectors[m].end());
  for (std::size_t d = 0; d < vectors.dim(); ++d) {
    double mean = 0;
    for (const vector& row : rows) mean += row[d] / static_cast<double>(rows.size());
    for (vector& row : rows) row[d] -= mean;
  }
  std::vector<vector> places(rows.size());
  for (int axes = 0; axes < 2; ++axes) {
    const vector axis = principal_axis(rows);
    for (std::size_t m = 0; m < rows.size(); ++m) places[m].push_back(dot(rows[m], axis));
    take_away(rows, axis);
  }
  const char* file = count > 1 ? words[1] : "karate_club.svg";
  if (!karate_club::draw(places, file)) return std::fprintf(stderr, "%s cannot be written\n", file), 1;
  std::printf("wrote %s\n", file);
  // Told apart: the first dimension alone puts nearly all on the side of their half.
  std::size_t left = 0;
  for (std::size_t m = 0; m < places.size(); ++m) left += (places[m][0] < 0) == karate_club::with_instructor(m);
  return std::max(left, places.size() - left) >= places.size() - 3 ? 0 : 1;
}
