#include "reference/alignment.hpp"

#include <algorithm>
#include <cmath>

namespace reference {
namespace {

const matrix& w_of_b(const alignment& at) { return at.w_b.empty() ? at.w_a : at.w_b; }

double activated(activation f, double z) {
  return f == activation::sigmoid ? sigmoid(z) : f == activation::tanh ? std::tanh(z) : z;
}
double slope_of(activation f, double p) {
  return f == activation::sigmoid ? p * (1 - p) : f == activation::tanh ? 1 - p * p : 1;
}

vector project(const alignment& at, const matrix& w, const vector& row) {
  vector p;
  for (const vector& w_row : w) p.push_back(activated(at.f, dot(w_row, row)));
  return p;
}

/// dL/d(row) and dL/dW from dL/dp, p = f(W row).
void pull_back(const alignment& at, const matrix& w, const vector& row, const vector& p, const vector& dp,
               vector& row_gradient, matrix& w_gradient) {
  for (std::size_t r = 0; r < w.size(); ++r) {
    const double slope = dp[r] * slope_of(at.f, p[r]);
    for (std::size_t c = 0; c < row.size(); ++c) {
      row_gradient[c] += slope * w[r][c];
      w_gradient[r][c] += slope * row[c];
    }
  }
}

matrix zeros_like(const matrix& m) {
  matrix z = m;
  for (vector& row : z) std::fill(row.begin(), row.end(), 0.0);
  return z;
}

void descend(matrix& m, const matrix& gradient, double rate) {
  for (std::size_t r = 0; r < m.size(); ++r) {
    for (std::size_t c = 0; c < m[r].size(); ++c) m[r][c] -= rate * gradient[r][c];
  }
}

double capped(double touches) { return std::min(1.0, 8 / touches); }

void descend_rows(matrix& m, const matrix& gradient, const vector& touches, double rate, vector* squares) {
  for (std::size_t r = 0; r < m.size(); ++r) {
    if (touches[r] == 0) continue;
    double row_rate = rate * capped(touches[r]);
    if (squares != nullptr) {
      (*squares)[r] += dot(gradient[r], gradient[r]) / static_cast<double>(gradient[r].size());
      row_rate /= std::sqrt((*squares)[r] + 1e-10);
    }
    for (std::size_t c = 0; c < m[r].size(); ++c) m[r][c] -= row_rate * gradient[r][c];
  }
}

void descend_by_adam(matrix& m, const matrix& gradient, const vector& touches, double rate, matrix& mean,
                     matrix& square, vector& steps) {
  for (std::size_t r = 0; r < m.size(); ++r) {
    if (touches[r] == 0) continue;
    ++steps[r];
    for (std::size_t c = 0; c < m[r].size(); ++c) {
      const double g = gradient[r][c];
      mean[r][c] += 0.1 * (g - mean[r][c]);
      square[r][c] += 0.001 * (g * g - square[r][c]);
      const double unbiased = mean[r][c] / (1 - std::pow(0.9, steps[r]));
      m[r][c] -= rate * unbiased / (std::sqrt(square[r][c] / (1 - std::pow(0.999, steps[r]))) + 1e-8);
    }
  }
}

}  // namespace

alignment_adam::alignment_adam(const alignment& at)
    : mean_a(zeros_like(at.a)),
      square_a(zeros_like(at.a)),
      mean_b(zeros_like(at.b)),
      square_b(zeros_like(at.b)),
      steps_a(at.a.size(), 0.0),
      steps_b(at.b.size(), 0.0) {}

double alignment_loss(const alignment& at, const std::vector<alignment_pair>& batch) {
  double loss = 0;
  for (const alignment_pair& pair : batch) {
    const vector p = project(at, at.w_a, at.a[pair.i]);
    loss += softplus(-(dot(p, project(at, w_of_b(at), at.b[pair.j])) + at.bias));
    for (const std::size_t n : pair.negatives) loss += softplus(dot(p, project(at, w_of_b(at), at.b[n])) + at.bias);
  }
  return loss;
}

alignment alignment_gradient(const alignment& at, const std::vector<alignment_pair>& batch) {
  alignment g = at;
  g.a = zeros_like(at.a);
  g.b = zeros_like(at.b);
  g.w_a = zeros_like(at.w_a);
  g.w_b = zeros_like(at.w_b);
  g.bias = 0;
  matrix& w_b_gradient = at.w_b.empty() ? g.w_a : g.w_b;
  for (const alignment_pair& pair : batch) {
    const vector p = project(at, at.w_a, at.a[pair.i]);
    vector dp(p.size(), 0.0);
    for (std::size_t k = 0; k <= pair.negatives.size(); ++k) {
      const std::size_t n = k == 0 ? pair.j : pair.negatives[k - 1];
      const vector q = project(at, w_of_b(at), at.b[n]);
      const double slope = sigmoid(dot(p, q) + at.bias) - (k == 0 ? 1 : 0);
      vector dq(q.size());
      for (std::size_t r = 0; r < p.size(); ++r) {
        dp[r] += slope * q[r];
        dq[r] = slope * p[r];
      }
      g.bias += slope;
      pull_back(at, w_of_b(at), at.b[n], q, dq, g.b[n], w_b_gradient);
    }
    pull_back(at, at.w_a, at.a[pair.i], p, dp, g.a[pair.i], g.w_a);
  }
  return g;
}

void alignment_step(alignment& at, const std::vector<alignment_pair>& batch, double rate, double matrix_rate,
                    alignment_squares* squares, alignment_adam* adam) {
  const alignment g = alignment_gradient(at, batch);
  vector touches_a(at.a.size(), 0.0), touches_b(at.b.size(), 0.0);
  for (const alignment_pair& pair : batch) {
    ++touches_a[pair.i];
    ++touches_b[pair.j];
    for (const std::size_t n : pair.negatives) ++touches_b[n];
  }
  if (adam != nullptr) {
    descend_by_adam(at.a, g.a, touches_a, rate, adam->mean_a, adam->square_a, adam->steps_a);
    descend_by_adam(at.b, g.b, touches_b, rate, adam->mean_b, adam->square_b, adam->steps_b);
  } else {
    descend_rows(at.a, g.a, touches_a, rate, squares == nullptr ? nullptr : &squares->a);
    descend_rows(at.b, g.b, touches_b, rate, squares == nullptr ? nullptr : &squares->b);
  }
  const double dense = matrix_rate * capped(static_cast<double>(batch.size()));
  descend(at.w_a, g.w_a, dense);
  descend(at.w_b, g.w_b, dense);
  if (at.learn_bias) at.bias -= dense * g.bias;
}

double weighted_loss(const vector& s, const vector& losses) {
  double sum = 0;
  for (std::size_t t = 0; t < s.size(); ++t) sum += std::exp(-s[t]) * losses[t] + s[t] / 2;
  return sum;
}

vector weighted_loss_gradient(const vector& s, const vector& losses) {
  vector g;
  for (std::size_t t = 0; t < s.size(); ++t) g.push_back(0.5 - std::exp(-s[t]) * losses[t]);
  return g;
}

}  // namespace reference
