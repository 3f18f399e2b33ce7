#pragma once
/// One block of the SGNS kernel against the float64 reference.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "cpu/sgns_block.hpp"
#include "reference/sgns.hpp"
#include "support/guarded_rows.hpp"

namespace block {

/// m inputs and n outputs among `rows` rows of either table: more inputs or outputs than rows repeat some.
struct test_case {
  std::uint32_t m = 1, n = 2, dim = 16, rows = 64, masked = 0;
  bool hot_inputs = false, hot_outputs = false, adagrad = false;
  float logit_limit = m2grl::kernel::largest_logit;
};

/// One side of a block: a table, the rows taken from it, and their state.
class side {
 public:
  side(const test_case& c, std::uint32_t count, std::mt19937_64& random)
      : own_(std::make_unique<support::guarded_rows>(c.rows, c.dim)), table_(*own_), ids_(count) {
    table_.randomise(random, 0.5 / std::sqrt(std::sqrt(c.dim)));
    std::uniform_real_distribution<float> between(0.1f, 1.0f);
    squares_.fill(sentinel);
    for (std::uint32_t i = 0; i < c.rows; ++i) {
      table_.factors()[i] = between(random);
      table_.squares()[i] = i % 5 == 0 ? 0.0f : 0.01f * between(random);
    }
    take_rows(c, random);
  }
  /// Rows of another side's table.
  side(const test_case& c, std::uint32_t count, std::mt19937_64& random, side& other)
      : table_(other.table_), ids_(count) {
    squares_.fill(sentinel);
    take_rows(c, random);
  }

  [[nodiscard]] float* const* pointers() const { return pointers_.data(); }
  [[nodiscard]] const float* factors() const { return factors_.data(); }
  [[nodiscard]] const float* accumulated() const { return accumulated_.data(); }
  [[nodiscard]] float* squares() { return squares_.data(); }
  [[nodiscard]] std::uint32_t stride() { return static_cast<std::uint32_t>(table_.view(false, false).stride); }
  [[nodiscard]] reference::matrix table() { return reference::to_matrix(table_.copy()); }
  [[nodiscard]] reference::matrix taken() {
    const reference::matrix all = table();
    reference::matrix some;
    for (const std::uint32_t id : ids_) some.push_back(all[id]);
    return some;
  }

  /// Descends `gradients` [count, dim] on `rows`, and writes their mean squares to `squares`.
  void descend(const test_case& c, bool hot, float rate, const reference::matrix& gradients, reference::matrix& rows,
               reference::vector& squares) const {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      squares.push_back(reference::dot(gradients[i], gradients[i]) / c.dim);
      double step = static_cast<double>(rate) * (hot ? static_cast<double>(factors_[i]) : 1.0);
      if (c.adagrad) step /= std::sqrt(static_cast<double>(accumulated_[i]) + squares.back() + 1e-10);
      for (std::size_t d = 0; d < c.dim; ++d) rows[ids_[i]][d] -= step * gradients[i][d];
    }
  }

  /// Largest difference from what is wanted; infinity where something else was written.
  [[nodiscard]] double distance(const reference::matrix& rows, const reference::vector* squares) {
    if (!table_.intact()) return std::numeric_limits<double>::infinity();
    double worst = 0;
    const auto meet = [&](double got, double wanted) {
      const double off = std::abs(got - wanted);
      worst = off <= worst ? worst : std::isfinite(off) ? off : std::numeric_limits<double>::infinity();
    };
    const reference::matrix got = table();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t d = 0; d < rows[r].size(); ++d) meet(got[r][d], rows[r][d]);
    }
    for (std::size_t i = 0; squares != nullptr && i < ids_.size(); ++i) {
      meet(static_cast<double>(squares_[i]), (*squares)[i]);
    }
    const std::size_t room = squares != nullptr ? (ids_.size() + 15) / 16 * 16 : 0;
    for (std::size_t i = room; i < squares_.size(); ++i) meet(static_cast<double>(squares_[i]), sentinel);
    return worst;
  }

 private:
  static constexpr float sentinel = -7777.25f;

  void take_rows(const test_case& c, std::mt19937_64& random) {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      ids_[i] = static_cast<std::uint32_t>(random() % c.rows);
      pointers_[i] = table_[ids_[i]].data();
      factors_[i] = table_.factors()[ids_[i]];
      accumulated_[i] = table_.squares()[ids_[i]];
    }
  }

  std::unique_ptr<support::guarded_rows> own_;
  support::guarded_rows& table_;
  std::vector<std::uint32_t> ids_;
  std::array<float*, 32> pointers_{};
  std::array<float, 32> factors_{}, accumulated_{};
  std::array<float, 48> squares_{};
};

inline m2grl::cpu::sgns_block make_block(const test_case& c, side& inputs, side& outputs, float rate) {
  m2grl::cpu::sgns_block b;
  b.inputs = inputs.pointers();
  b.outputs = outputs.pointers();
  b.m = c.m;
  b.n = c.n;
  b.masked = c.masked;
  b.stride = inputs.stride();
  b.dim = c.dim;
  b.rate = rate;
  b.logit_limit = c.logit_limit;
  if (c.hot_inputs) b.input_factors = inputs.factors();
  if (c.hot_outputs) b.output_factors = outputs.factors();
  if (!c.adagrad) return b;
  b.input_accumulated = inputs.accumulated();
  b.output_accumulated = outputs.accumulated();
  b.input_squares = inputs.squares();
  b.output_squares = outputs.squares();
  return b;
}

/// Trains one block, and demands rows, squares and loss as the reference has them.
inline void check(const test_case& c, double tolerance = 2e-5) {
  CAPTURE(c.m, c.n, c.dim, c.rows, c.masked, c.hot_inputs, c.hot_outputs, c.adagrad, c.logit_limit);
  constexpr float rate = 0.05f;
  std::mt19937_64 random(1000 * c.m + c.n);
  side inputs(c, c.m, random), outputs(c, c.n, random);
  const reference::matrix x = inputs.taken(), t = outputs.taken();
  const auto gradient = reference::sgns_gradient(x, t, c.masked, static_cast<double>(c.logit_limit));
  const double loss = reference::sgns_loss(x, t, c.masked, static_cast<double>(c.logit_limit));
  reference::matrix input_rows = inputs.table(), output_rows = outputs.table();
  reference::vector input_squares, output_squares;
  inputs.descend(c, c.hot_inputs, rate, gradient.x, input_rows, input_squares);
  outputs.descend(c, c.hot_outputs, rate, gradient.t, output_rows, output_squares);
  const auto result = m2grl::cpu::train_block(make_block(c, inputs, outputs, rate));
  CHECK_FALSE(result.non_finite);
  CHECK(static_cast<double>(result.loss) == Approx(loss).epsilon(1e-5));
  CHECK(inputs.distance(input_rows, c.adagrad ? &input_squares : nullptr) < tolerance);
  CHECK(outputs.distance(output_rows, c.adagrad ? &output_squares : nullptr) < tolerance);
}

/// The same for a block whose inputs and outputs are rows of one table: their deltas add up.
inline void check_tied(const test_case& c, double tolerance = 2e-5) {
  CAPTURE(c.m, c.n, c.dim, c.rows, c.masked, c.hot_inputs, c.hot_outputs, c.adagrad, c.logit_limit);
  constexpr float rate = 0.05f;
  std::mt19937_64 random(1000 * c.m + c.n);
  side inputs(c, c.m, random);
  side outputs(c, c.n, random, inputs);
  const reference::matrix x = inputs.taken(), t = outputs.taken();
  const auto gradient = reference::sgns_gradient(x, t, c.masked, static_cast<double>(c.logit_limit));
  reference::matrix rows = inputs.table();
  reference::vector input_squares, output_squares;
  inputs.descend(c, c.hot_inputs, rate, gradient.x, rows, input_squares);
  outputs.descend(c, c.hot_outputs, rate, gradient.t, rows, output_squares);
  CHECK_FALSE(m2grl::cpu::train_block(make_block(c, inputs, outputs, rate)).non_finite);
  CHECK(inputs.distance(rows, c.adagrad ? &input_squares : nullptr) < tolerance);
  CHECK(outputs.distance(rows, c.adagrad ? &output_squares : nullptr) < tolerance);
}

}  // namespace block
