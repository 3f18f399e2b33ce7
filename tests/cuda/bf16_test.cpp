/// bf16 rows: the grid, and roundings without bias.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "cuda/bf16.hpp"

using namespace m2grl::cuda;

TEST_CASE("bf16: every value of the grid returns, others round to the nearest, ties to even") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float x = to_float({static_cast<std::uint16_t>(bits)});
    if (!std::isfinite(x)) continue;
    CHECK(to_nearest(x).bits == bits);
    CHECK(to_random_neighbour(x, 0xFFFF).bits == bits);
  }
  CHECK(to_float(to_nearest(1.0f + 0x1p-8f)) == 1.0f);  // half a step: to the even neighbour, below and above
  CHECK(to_float(to_nearest(1.0f + 3 * 0x1p-8f)) == 1.0f + 0x1p-6f);
  CHECK(to_float(to_nearest(-1.0f - 0x1.8p-8f)) == -1.0f - 0x1p-7f);
}

TEST_CASE("bf16: ten million deltas of a 4096th of a step add up to what they are") {
  // 64 accumulators in [1, 2): the step is 2^-7, a delta 2^-19. Without random rounding none would move.
  constexpr int rows = 64, deltas = 160000;
  bf16 row[rows];
  for (bf16& x : row) x = to_nearest(1.0f);
  const float delta = 0x1p-19f;
  rounding_bits random{7};
  for (int i = 0; i < deltas; ++i) {
    for (int r = 0; r < rows; r += 4) {
      const auto before = load_from_table<4>(row + r);
      add_to_table<4>(row + r, before, {{delta, delta, delta, delta}}, random);
    }
  }
  double sum = 0;
  for (const bf16 x : row) sum += static_cast<double>(to_float(x)) - 1;
  const double expected = double{rows} * deltas * static_cast<double>(delta);
  // Each delta takes a step of 2^-7 with probability p = delta / 2^-7.
  const double p = static_cast<double>(delta) / 0x1p-7, deviation = 0x1p-7 * std::sqrt(double{rows} * deltas * p);
  CAPTURE(sum, expected, deviation);
  CHECK(std::abs(sum - expected) < 4 * deviation);
  CHECK(4 * deviation < 0.1 * expected);
}

TEST_CASE("bf16: negative deltas and negative values have no bias either") {
  rounding_bits random{11};
  for (const float start : {-1.5f, 1.5f}) {
    for (const float delta : {-0x1p-12f, 0x1p-12f}) {
      double sum = 0;
      constexpr int draws = 1 << 20;
      for (int i = 0; i < draws; ++i) {
        bf16 x = to_nearest(start);
        add_to_table<1>(&x, {{start}}, {{delta}}, random);
        sum += static_cast<double>(to_float(x)) - static_cast<double>(start);
      }
      const double p = 0x1p-12 / 0x1p-7, deviation = 0x1p-7 * std::sqrt(draws * p * (1 - p));
      CHECK(std::abs(sum - draws * static_cast<double>(delta)) < 4 * deviation);
    }
  }
}
