#pragma once
/// Naive float64 reference of the inter-view task (alignment), and of the learned task weights.

#include <cstdint>
#include <vector>

#include "reference/sgns.hpp"

namespace reference {

/// The functions f of a projection.
enum class activation { identity, sigmoid, tanh };

/// logit(i, j) = f(W_a a_i) · f(W_b b_j) + bias, f the identity, the sigmoid or tanh.
struct alignment {
  matrix a, b;      ///< input rows of both views, [nodes][dim]
  matrix w_a, w_b;  ///< [relation_dim][dim]; w_b is empty where W is shared
  double bias = 0;
  activation f = activation::identity;
  bool learn_bias = true;
};

/// One linked pair with its negatives in view b; masked negatives are left out of it.
struct alignment_pair {
  std::size_t i = 0, j = 0;
  std::vector<std::size_t> negatives;
};

[[nodiscard]] double alignment_loss(const alignment& at, const std::vector<alignment_pair>& batch);
/// The loss's gradient, in the shape of the parameters.
[[nodiscard]] alignment alignment_gradient(const alignment& at, const std::vector<alignment_pair>& batch);
/// AdaGrad's accumulators of both sides' rows; empty: plain SGD.
struct alignment_squares {
  vector a, b;
};
/// Lazy Adam's moments of both sides' rows, and the steps that each row took; β1 = .9, β2 = .999, ε = 1e-8.
struct alignment_adam {
  alignment_adam(const alignment& at);
  matrix mean_a, square_a, mean_b, square_b;
  vector steps_a, steps_b;
};
/// One step of descent: a row touched c times in the batch moves at rate · min(1, 8/c), W and bias at
/// matrix_rate · min(1, 8/pairs). By Adam, the rows that the batch touches move by rate · m̂ / (√v̂ + ε).
void alignment_step(alignment& at, const std::vector<alignment_pair>& batch, double rate, double matrix_rate,
                    alignment_squares* squares = nullptr, alignment_adam* adam = nullptr);

/// Σ_t exp(−s_t)·L_t + s_t/2, and its gradient with respect to s.
[[nodiscard]] double weighted_loss(const vector& s, const vector& losses);
[[nodiscard]] vector weighted_loss_gradient(const vector& s, const vector& losses);

}  // namespace reference
