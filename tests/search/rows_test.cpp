#include "search/rows.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "search/naive.hpp"

using namespace m2grl;

TEST_CASE("survivors are the places above the threshold, NaN among them, nothing beyond the room") {
  std::mt19937 random(1);
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  for (std::size_t count = 0; count < 150; ++count) {
    std::vector<float> scores(count), bias(count);
    for (float& s : scores) s = random() % 40 == 0 ? nan : static_cast<float>(random() % 100);
    for (float& b : bias) b = -static_cast<float>(random() % 50);
    for (const float threshold : {nan, -infinite, -10.0f, 60.0f, 97.0f, infinite}) {
      for (const bool biased : {false, true}) {
        std::vector<std::uint32_t> expected, places(count + search::spare_places + 1, 777);
        for (std::uint32_t p = 0; p < count; ++p) {
          if (!(scores[p] + (biased ? bias[p] : 0) <= threshold)) expected.push_back(p);
        }
        const std::size_t found =
            search::survivors(scores.data(), biased ? bias.data() : nullptr, count, threshold, places.data());
        REQUIRE(places.back() == 777);
        places.resize(found);
        REQUIRE(places == expected);
      }
    }
  }
}

TEST_CASE("squared lengths and scaled rows") {
  std::mt19937 random(2);
  for (const std::size_t dim : {1, 16, 17, 128, 200}) {
    const table t = test::normal_table(9, dim, random);
    std::vector<float> squares(9);
    search::squared_lengths(t.data(), 9, t.stride(), squares.data());
    table scaled(1, dim);
    for (std::size_t r = 0; r < 9; ++r) {
      REQUIRE(double(squares[r]) == Approx(test::dot(t[r], t[r])).epsilon(1e-5));
      search::scale_row(t.data() + r * t.stride(), t.stride(), 0.5f, scaled.data());
      for (std::size_t c = 0; c < dim; ++c) REQUIRE(scaled[0][c] == 0.5f * t[r][c]);
    }
  }
}
