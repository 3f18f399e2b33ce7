#include "reference/metric.hpp"

#include <algorithm>
#include <cmath>

namespace reference {
namespace {

vector difference(const matrix& x, const metric_pair& pair) {
  vector d = x[pair.i];
  for (std::size_t c = 0; c < d.size(); ++c) d[c] -= x[pair.j][c];
  return d;
}

vector mapped(const matrix& m, const vector& v) {
  vector out;
  for (const vector& row : m) out.push_back(dot(row, v));
  return out;
}

}  // namespace

double metric_loss(const matrix& m, const matrix& x, const std::vector<metric_pair>& pairs, double margin) {
  double loss = 0;
  for (const metric_pair& pair : pairs) {
    const vector z = mapped(m, difference(x, pair));
    const double squares = dot(z, z), gap = std::max(0.0, margin - std::sqrt(squares));
    loss += pair.together ? squares : gap * gap;
  }
  return loss;
}

matrix metric_gradient(const matrix& m, const matrix& x, const std::vector<metric_pair>& pairs, double margin) {
  matrix g(m.size(), vector(m.front().size(), 0.0));
  for (const metric_pair& pair : pairs) {
    const vector v = difference(x, pair), z = mapped(m, v);
    const double d = std::sqrt(dot(z, z));
    const double slope = pair.together ? 2 : d > 0 && d < margin ? -2 * (margin - d) / d : 0;
    for (std::size_t r = 0; r < m.size(); ++r) {
      for (std::size_t c = 0; c < v.size(); ++c) g[r][c] += slope * z[r] * v[c];
    }
  }
  return g;
}

}  // namespace reference
