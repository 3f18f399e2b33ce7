/// Laws of the discrete draws: alias tables, subsampling, order, and the plans that the body makes of them.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "m2grl/error.hpp"
#include "m2grl/kernel/permutation.hpp"
#include "support/chi_square.hpp"
#include "train/body.hpp"

using namespace m2grl;
using kernel::purpose;
using kernel::random_stream;

namespace {

/// Zipf counts, some of them zero, in no order.
std::vector<std::uint64_t> zipf_counts(std::size_t n) {
  std::vector<std::uint64_t> counts(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t rank = (i * 7919) % n;
    counts[i] = i % 11 == 3 ? 0 : 1 + 100000 / (rank + 1);
  }
  return counts;
}

/// χ² of `draws` draws against the distribution, and whether an impossible node came out.
support::chi_square test_sampler(kernel::alias_sampler_ref sampler, const std::vector<double>& p, std::uint64_t draws) {
  std::vector<std::uint64_t> seen(p.size(), 0);
  for (std::uint64_t sequence = 0; sequence < draws / 2048; ++sequence) {
    const random_stream stream(99, 1, 0, sequence, purpose::negatives);
    for (std::uint32_t i = 0; i < 1024; ++i) {
      const auto block = stream.block(i);
      ++seen[sampler(block.word[0], block.word[1])];
      ++seen[sampler(block.word[2], block.word[3])];
    }
  }
  return support::test_counts(seen, p);
}

}  // namespace

TEST_CASE("alias tables reproduce their distribution over ten million draws") {
  for (const std::size_t n : {2u, 33u, 1000u, 20000u}) {
    const auto counts = zipf_counts(n);
    for (const auto kind : {negative_sampler::uniform, negative_sampler::unigram, negative_sampler::log_uniform}) {
      const auto p = negative_probabilities(counts, kind, 0.75);
      const alias_table table =
          kind == negative_sampler::uniform ? alias_table::uniform(static_cast<std::uint32_t>(n)) : alias_table(p);
      const auto result = test_sampler(table.ref(), p, 10'500'000);
      CAPTURE(n, static_cast<int>(kind), result.statistic, result.degrees);
      CHECK_FALSE(result.impossible);
      CHECK(std::abs(result.z) < 4.5);
    }
  }
}

TEST_CASE("the distributions are what their names say") {
  const std::vector<std::uint64_t> counts{9, 0, 100, 1};
  const auto unigram = negative_probabilities(counts, negative_sampler::unigram, 0.5);
  CHECK(unigram[0] == Approx(3.0 / 14));
  CHECK(unigram[1] == 0);
  CHECK(unigram[2] == Approx(10.0 / 14));
  const auto log_uniform = negative_probabilities(counts, negative_sampler::log_uniform, 0.5);
  const double whole = std::log(5.0);  // P(k) = (ln(k+2) − ln(k+1)) / ln(n+1); node 2 has rank 0, node 1 rank 3
  CHECK(log_uniform[2] == Approx(std::log(2.0) / whole));
  CHECK(log_uniform[0] == Approx(std::log(3.0 / 2) / whole));
  CHECK(log_uniform[3] == Approx(std::log(4.0 / 3) / whole));
  CHECK(log_uniform[1] == Approx(std::log(5.0 / 4) / whole));
}

TEST_CASE("a node of weight zero is never drawn, whatever the words") {
  const std::vector<double> weights{0, 3, 0, 1, 0};
  const alias_table table(weights);
  for (std::uint64_t column = 0; column < 5; ++column) {
    for (const std::uint32_t coin : {0u, 1u, 0x7FFFFFFFu, 0xFFFFFFFEu, 0xFFFFFFFFu}) {
      const auto word = static_cast<std::uint32_t>((column * 0x100000000ull + 0x80000000ull) / 5);
      const std::uint32_t drawn = table.ref()(word, coin);
      CHECK((drawn == 1 || drawn == 3));
    }
  }
  CHECK_THROWS_AS(alias_table(std::vector<double>{0, 0}), invalid_input);
  CHECK_THROWS_AS(alias_table(std::vector<double>{1, -1}), invalid_input);
  CHECK_THROWS_AS(alias_table(std::vector<double>{1, std::nan("")}), invalid_input);
}

TEST_CASE("subsampling keeps each node at its rate") {
  const std::vector<std::uint64_t> counts{600000, 300000, 90000, 9000, 1000, 0};
  const double t = 1e-2, total = 1e6;
  const auto keep = keep_thresholds(counts, t);
  double expected_share = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double f = static_cast<double>(counts[i]) / total;
    const double p = f == 0 ? 1 : std::min(1.0, std::sqrt(t / f) + t / f);
    expected_share += f * p;
    std::uint64_t kept = 0;
    constexpr std::uint32_t draws = 1'000'000;
    const random_stream stream(4, 1, 0, i, purpose::subsampling);
    for (std::uint32_t d = 0; d < draws; ++d) kept += stream.word(d) <= keep[i];
    const double sigma = std::sqrt(p * (1 - p) / draws);
    CAPTURE(i, p);
    CHECK(std::abs(static_cast<double>(kept) / draws - p) <= 4.5 * sigma);
  }
  CHECK(kept_share(counts, t) == Approx(expected_share));
  CHECK(keep_thresholds(counts, 0).empty());
}

TEST_CASE("the order of an epoch is a bijection, and another one in another epoch") {
  for (const std::uint64_t n : {1u, 2u, 31u, 32u, 33u, 1000u, 65537u}) {
    std::vector<std::vector<std::uint64_t>> orders;
    for (const std::uint32_t epoch : {0u, 1u, 2u}) {
      const kernel::permutation order(n, 17, 3, epoch);
      std::vector<std::uint64_t> images;
      for (std::uint64_t i = 0; i < n; ++i) images.push_back(order(i));
      orders.push_back(images);
      std::sort(images.begin(), images.end());
      for (std::uint64_t i = 0; i < n; ++i) REQUIRE(images[i] == i);
    }
    if (n >= 31) {
      CHECK(orders[0] != orders[1]);
      CHECK(orders[1] != orders[2]);
      const kernel::permutation other(n, 18, 3, 0);
      std::uint64_t same = 0, fixed = 0;
      for (std::uint64_t i = 0; i < n; ++i) {
        same += other(i) == orders[0][i];
        fixed += orders[0][i] == i;
      }
      CHECK(same < 10);  // one is expected of a random order
      CHECK(fixed < 10);
    }
  }
}

TEST_CASE("every position is as likely to come first as any other") {
  constexpr std::uint64_t n = 100;
  std::vector<std::uint64_t> first(n, 0);
  for (std::uint32_t epoch = 0; epoch < 100000; ++epoch) ++first[kernel::permutation(n, 5, 0, epoch)(0)];
  const auto result = support::test_counts(first, std::vector<double>(n, 1.0));
  CHECK(std::abs(result.z) < 4.5);
}

TEST_CASE("hot rows: factors by the expected number of concurrent windows") {
  const std::vector<std::uint64_t> counts{900, 90, 10, 0};
  const std::vector<double> noise{0.5, 0.3, 0.2, 0};
  const auto factors = hot_rows(counts, noise, 5, 4, 100, {8, 6});
  REQUIRE(factors.input.size() == 4);
  // inputs: 100 workers · 11 positions · p = 990, 99, 11, 0; outputs: 100 · (p + 4 q) = 290, 129, 81, 0
  const std::vector<double> input{8 / 990.0, 8 / 99.0, 8 / 11.0, 1}, output{6 / 290.0, 6 / 129.0, 6 / 81.0, 1};
  for (std::size_t r = 0; r < 4; ++r) {
    CHECK(static_cast<double>(factors.input[r]) == Approx(input[r]));
    CHECK(static_cast<double>(factors.output[r]) == Approx(output[r]));
  }
  // One table: the shares of either capacity add up, min(1, 1 / (1 / f_in + 1 / f_out)) where both are exceeded.
  const auto tied = hot_rows(counts, noise, 5, 4, 100, {8, 6}, true);
  for (std::size_t r = 0; r < counts.size(); ++r) {
    CHECK(tied.input[r] == tied.output[r]);
    if (factors.input[r] == 1 || factors.output[r] == 1) continue;
    CHECK(tied.input[r] == Approx(1 / (1 / factors.input[r] + 1 / factors.output[r])));
  }
  CHECK(hot_rows(counts, noise, 1, 1, 1, {}).input.empty());  // one worker is never stale
}
