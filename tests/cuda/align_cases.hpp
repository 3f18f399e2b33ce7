#pragma once
/// What the alignment kernels must do, whoever runs them: a Link trains rounds of a task as the CPU backend does.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

#include "cpu/align.hpp"
#include "support/guarded_rows.hpp"
#include "train/alignment_case.hpp"

namespace alignment {

inline constexpr std::uint32_t epoch = 4;
inline constexpr std::uint64_t first_pair = 10;
inline constexpr float learning_rate = 0.25f;
inline constexpr double weight = 0.75;

/// Both differ from exact arithmetic by at most 1e-5 of the largest value (the CPU backend's own test against float64),
/// so from one another by at most twice that. They sum in different orders, and that is all.
inline constexpr double tolerance = 2e-5;

inline double distance(const float* got, const float* wanted, std::size_t n) {
  double worst = 0, largest = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - static_cast<double>(wanted[i]));
    worst = std::max(worst, std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference);
    largest = std::max(largest, std::abs(static_cast<double>(wanted[i])));
  }
  return worst / largest;
}
inline double distance(const table& got, const table& wanted) {
  REQUIRE(got.bytes() == wanted.bytes());
  return distance(got.data(), wanted.data(), got.rows() * got.stride());
}

/// One link's tables, W and b, twice: for the CPU backend and for the bodies.
struct twins {
  explicit twins(const test_case& c)
      : random(8),
        inputs(make_data(c, random)),
        p(make_alignment_problem(c, inputs)),
        a(c.n_a, c.dim),
        b(c.n_b, c.dim),
        expected_a(c.n_a, c.dim),
        expected_b(c.n_b, c.dim),
        of_a(c, c.n_a),
        of_b(c, c.n_b) {
    const std::uint32_t relation_dim = p.links[0].relation_dim(p.cfg);
    r = {0, 1, c.projection, random_table(random, relation_dim, c.dim, 1 / std::sqrt(c.dim)), {}, 0.125f};
    if (!c.shared) r.w_to = random_table(random, relation_dim, c.dim, 1 / std::sqrt(c.dim));
    a.randomise(random, 0.3);
    b.randomise(random, 0.3);
    copy(a, expected_a);
    copy(b, expected_b);
  }
  static void copy(support::guarded_rows& from, support::guarded_rows& to) {
    for (std::size_t i = 0; i < from.rows(); ++i) std::copy_n(from[i].data(), from.dim(), to[i].data());
  }

  /// What the CPU backend makes of the same round.
  kernel::loss_tally train_expected(const test_case& c, std::uint64_t first, std::uint64_t pairs) {
    cpu::worker_team team(1);
    cpu::link_trainer trainer(p, p.links[0], team, of_a.ref(), of_b.ref());
    const double rate = static_cast<double>(learning_rate) * p.cfg.align_rate * weight;
    return trainer.train(epoch, {first, pairs}, rate, expected_a.view(false, c.adagrad),
                         expected_b.view(false, c.adagrad), r);
  }

  std::mt19937_64 random;
  data inputs;
  problem p;
  support::guarded_rows a, b, expected_a, expected_b;
  moments of_a, of_b;  ///< the CPU backend's, or none
  relation r;          ///< the CPU backend's; the bodies have a copy
};

template <class Link>
void check_learned(const test_case& c, twins& t, const Link& link) {
  CHECK(distance(t.a.copy(), t.expected_a.copy()) < tolerance);
  CHECK(distance(t.b.copy(), t.expected_b.copy()) < tolerance);
  CHECK(distance(link.w(0), t.r.w_from) < tolerance);
  if (!c.shared) CHECK(distance(link.w(1), t.r.w_to) < tolerance);
  CHECK(std::abs(link.bias() - t.r.bias) < tolerance);
  if (!c.bias) CHECK(link.bias() == 0.125f);
  if (c.adagrad) {
    CHECK(distance(t.a.squares(), t.expected_a.squares(), c.n_a) < tolerance);
    CHECK(distance(t.b.squares(), t.expected_b.squares(), c.n_b) < tolerance);
  }
  CHECK(t.a.intact());
  CHECK(t.b.intact());
  CHECK(link.intact());
}

template <class Link>
void check(const test_case& c) {
  CAPTURE(c.dim, c.relation_dim, c.negatives, c.n_a, c.n_b, c.pairs, c.shared, c.bias, c.adagrad,
          static_cast<int>(c.projection));
  twins t(c);
  Link link(t.p, t.p.links[0], t.a, t.b, c, t.r);
  link.train(epoch, first_pair, c.pairs, learning_rate, weight);
  const kernel::loss_tally expected = t.train_expected(c, first_pair, c.pairs);
  check_learned(c, t, link);
  CHECK(link.tally().pairs == c.pairs);
  CHECK_FALSE(link.tally().non_finite);
  CHECK(std::abs(link.tally().mean() - expected.mean()) < tolerance * std::max(1.0, expected.mean()));
}

inline bool same_bits(const table& a, const table& b) {
  return a.bytes() == b.bytes() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

template <class Link>
void check_options() {
  for (const auto projection : {projection_kind::identity, projection_kind::sigmoid, projection_kind::tanh}) {
    for (const bool shared : {false, true}) {
      for (const bool bias : {false, true}) {
        for (const bool adagrad : {false, true}) {
          test_case c;
          c.projection = projection;
          c.shared = shared;
          c.bias = bias;
          c.adagrad = adagrad;
          check<Link>(c);
        }
      }
    }
  }
}

/// Two rounds, so that rows have different numbers of steps behind them.
template <class Link>
void check_adam() {
  for (const auto projection : {projection_kind::identity, projection_kind::sigmoid}) {
    for (const std::uint64_t pairs : {1u, 33u, 1500u}) {  // a batch has 576
      for (const std::uint32_t dim : {20u, 132u}) {
        test_case c;
        c.projection = projection;
        c.pairs = pairs;
        c.dim = dim;
        c.adam = true;
        c.adagrad = pairs == 33;
        twins t(c);
        Link link(t.p, t.p.links[0], t.a, t.b, c, t.r);
        for (const std::uint64_t first : {first_pair, first_pair + pairs}) {
          link.train(epoch, first, pairs, learning_rate, weight);
          (void)t.train_expected(c, first, pairs);
        }
        CAPTURE(pairs, dim);
        check_learned(c, t, link);
      }
    }
  }
}

template <class Link>
void check_pair_counts() {
  for (const std::uint64_t pairs : {0u, 1u, 31u, 32u, 33u, 575u, 576u, 577u, 1500u}) {  // a batch has 576
    for (const bool adagrad : {false, true}) {
      test_case c;
      c.pairs = pairs;
      c.adagrad = adagrad;
      c.dim = 20;
      check<Link>(c);
    }
  }
}

template <class Link>
void check_dims() {
  for (const std::uint32_t dim : {1u, 15u, 16u, 33u, 128u, 132u, 300u}) {
    for (const std::uint32_t relation_dim : {0u, 1u, 17u, 140u}) {
      test_case c;
      c.dim = dim;
      c.relation_dim = relation_dim;
      c.projection = projection_kind::sigmoid;
      c.shared = false;
      c.adagrad = dim % 2 == 0;
      c.pairs = 70;
      check<Link>(c);
    }
  }
}

template <class Link>
void check_negatives() {
  for (const std::uint32_t negatives : {1u, 2u, 6u, 7u, 8u, 15u, 16u, 30u, 31u}) {
    test_case c;
    c.negatives = negatives;
    c.dim = 20;
    check<Link>(c);
  }
}

template <class Link>
void check_row_counts() {
  test_case c;
  c.pairs = 600;
  for (const auto& [n_a, n_b] : {std::pair{3u, 2u}, {2u, 70u}, {5000u, 3u}, {5u, 5000u}}) {
    c.n_a = n_a;
    c.n_b = n_b;
    check<Link>(c);
  }
  c.n_a = 2;
  c.n_b = 5000;
  c.links_per_node = 1000;  // batches of 128 pairs touch more than 128 rows of b
  check<Link>(c);
  c.n_a = c.n_b = 300;
  c.links_per_node = 0;
  c.pairs = 20000;  // a batch of the largest size and a part of one
  check<Link>(c);
}

template <class Link>
void check_non_finite() {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e30f}) {
    for (const bool adagrad : {false, true}) {
      CAPTURE(bad, adagrad);
      test_case c;
      c.adagrad = adagrad;
      twins t(c);
      t.b[3][5] = bad;
      const table a_before = t.a.copy(), b_before = t.b.copy(), w_before = t.r.w_from.clone();
      Link link(t.p, t.p.links[0], t.a, t.b, c, t.r);
      link.train(epoch, first_pair, c.pairs, learning_rate, weight);
      CHECK(link.tally().non_finite);
      CHECK(link.tally().pairs == c.pairs);
      CHECK(same_bits(t.a.copy(), a_before));
      CHECK(same_bits(t.b.copy(), b_before));
      CHECK(same_bits(link.w(0), w_before));
      CHECK(link.bias() == t.r.bias);
      for (std::size_t i = 0; i < c.n_a; ++i) CHECK(t.a.squares()[i] == 0);
      for (std::size_t i = 0; i < c.n_b; ++i) CHECK(t.b.squares()[i] == 0);
      CHECK(link.intact());

      t.b[3][5] = t.expected_b[3][5];
      link.train(epoch, first_pair + c.pairs, c.pairs, learning_rate, weight);
      (void)t.train_expected(c, first_pair + c.pairs, c.pairs);
      CHECK_FALSE(link.tally().non_finite);
      check_learned(c, t, link);
    }
  }
}

}  // namespace alignment
