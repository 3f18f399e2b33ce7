/// The alignment task's batches against the float64 reference.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "cpu/align.hpp"
#include "reference/alignment.hpp"
#include "support/guarded_rows.hpp"
#include "train/alignment_case.hpp"

using namespace m2grl;
using namespace alignment;

namespace {

void check(const test_case& c) {
  std::mt19937_64 random(8);
  const data d = make_data(c, random);
  const problem p = make_alignment_problem(c, d);
  const std::uint32_t relation_dim = p.links[0].relation_dim(p.cfg);
  support::guarded_rows a(c.n_a, c.dim), b(c.n_b, c.dim);
  a.randomise(random, 0.3);
  b.randomise(random, 0.3);
  relation r{0, 1, c.projection, random_table(random, relation_dim, c.dim, 1 / std::sqrt(c.dim)), {}, 0.125f};
  if (!c.shared) r.w_to = random_table(random, relation_dim, c.dim, 1 / std::sqrt(c.dim));

  reference::alignment expected;
  expected.a = reference::to_matrix(a.copy());
  expected.b = reference::to_matrix(b.copy());
  expected.w_a = reference::to_matrix(r.w_from);
  if (!c.shared) expected.w_b = reference::to_matrix(r.w_to);
  expected.bias = static_cast<double>(r.bias);
  expected.f = static_cast<reference::activation>(c.projection);
  expected.learn_bias = c.bias;
  reference::alignment_squares squares{reference::vector(c.n_a, 0.0), reference::vector(c.n_b, 0.0)};

  reference::alignment_adam adam(expected);

  const double rate = 0.05;
  const std::uint64_t batch_pairs = 64 * std::min(c.n_a, c.n_b);
  const kernel::link_options o = p.links[0].options(p.cfg, 4);
  double loss = 0;
  for (std::uint64_t first = 10; first < 10 + c.pairs; first += batch_pairs) {
    const auto batch = batch_of(o, first, std::min(batch_pairs, 10 + c.pairs - first),
                                static_cast<std::uint32_t>(std::min<std::uint64_t>(1024, batch_pairs)));
    loss += reference::alignment_loss(expected, batch);
    reference::alignment_step(expected, batch, rate, rate * p.cfg.align_matrix_rate, c.adagrad ? &squares : nullptr,
                              c.adam ? &adam : nullptr);
  }
  cpu::worker_team team(p.threads);
  moments of_a(c, c.n_a), of_b(c, c.n_b);
  cpu::link_trainer trainer(p, p.links[0], team, of_a.ref(), of_b.ref());
  const auto tally = trainer.train(4, {10, c.pairs}, rate, a.view(false, c.adagrad), b.view(false, c.adagrad), r);

  CAPTURE(c.dim, c.relation_dim, c.negatives, c.threads, c.pairs, c.shared, c.bias, c.adagrad, c.adam,
          static_cast<int>(c.projection));
  constexpr double tolerance = 1e-5;
  CHECK(distance(a.copy(), expected.a) < tolerance);
  CHECK(distance(b.copy(), expected.b) < tolerance);
  CHECK(distance(r.w_from, expected.w_a) < tolerance);
  if (!c.shared) CHECK(distance(r.w_to, expected.w_b) < tolerance);
  CHECK(std::abs(static_cast<double>(r.bias) - expected.bias) < tolerance);
  if (!c.bias) CHECK(r.bias == 0.125f);
  CHECK(std::abs(tally.mean() - loss / static_cast<double>(c.pairs)) < tolerance);
  CHECK(tally.pairs == c.pairs);
  CHECK_FALSE(tally.non_finite);
  CHECK(a.intact());
  CHECK(b.intact());
}

}  // namespace

TEST_CASE("one batch equals the reference: every projection, sharing and bias") {
  for (const auto projection : {projection_kind::identity, projection_kind::sigmoid, projection_kind::tanh}) {
    for (const bool shared : {false, true}) {
      for (const bool bias : {false, true}) {
        for (const bool adagrad : {false, true}) {
          test_case c;
          c.projection = projection;
          c.shared = shared;
          c.bias = bias;
          c.adagrad = adagrad;
          check(c);
        }
      }
    }
  }
}

TEST_CASE("lazy Adam equals the reference, over batches that touch a row more and less often") {
  for (const auto projection : {projection_kind::identity, projection_kind::sigmoid}) {
    for (const std::uint32_t threads : {1u, 3u}) {
      for (const std::uint64_t pairs : {1u, 64u, 1500u}) {  // batches of 576
        test_case c;
        c.projection = projection;
        c.threads = threads;
        c.pairs = pairs;
        c.dim = 20;
        c.shared = threads == 1;
        c.adam = true;
        c.adagrad = pairs == 64;  // the table's own optimiser is left out of it
        check(c);
      }
    }
  }
}

TEST_CASE("alignment dims that straddle the tiles, relation spaces of another size") {
  for (const std::uint32_t dim : {1u, 15u, 16u, 33u, 128u}) {
    for (const std::uint32_t relation_dim : {0u, 1u, 17u, 48u}) {
      test_case c;
      c.dim = dim;
      c.relation_dim = relation_dim;
      c.projection = projection_kind::sigmoid;
      c.shared = false;
      c.pairs = 70;
      check(c);
    }
  }
}

TEST_CASE("several batches, any number of negatives and threads") {
  for (const std::uint32_t threads : {1u, 2u, 3u}) {
    for (const std::uint32_t negatives : {1u, 5u, 31u}) {
      for (const std::uint64_t pairs : {1u, 2u, 64u, 577u, 1500u, 3500u}) {
        test_case c;
        c.threads = threads;
        c.negatives = negatives;
        c.pairs = pairs;
        c.dim = 20;
        if (pairs == 3500) c.n_b = 60;  // one batch, large enough for three threads
        check(c);
      }
    }
  }
}

TEST_CASE("a batch with a logit that is not finite writes nothing") {
  test_case c;
  std::mt19937_64 random(8);
  const data d = make_data(c, random);
  const problem p = make_alignment_problem(c, d);
  support::guarded_rows a(c.n_a, c.dim), b(c.n_b, c.dim);
  a.randomise(random, 0.3);
  b.randomise(random, 0.3);
  b[3][5] = std::numeric_limits<float>::infinity();
  const table a_before = a.copy();
  relation r{0, 1, c.projection, random_table(random, c.dim, c.dim, 0.1), {}, 0.0f};
  const table w_before = r.w_from.clone();
  cpu::worker_team team(p.threads);
  cpu::link_trainer trainer(p, p.links[0], team);
  const auto tally = trainer.train(0, {0, 200}, 0.1, a.view(false, false), b.view(false, false), r);
  CHECK(tally.non_finite);
  CHECK(std::memcmp(a.copy().data(), a_before.data(), a_before.bytes()) == 0);
  CHECK(std::memcmp(r.w_from.data(), w_before.data(), w_before.bytes()) == 0);
  CHECK(r.bias == 0.0f);
}
