/// Principal components against directions that were planted.
#include "report/principal.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace m2grl;

namespace {

constexpr double a = 0.6, b = 0.3;

/// Three orthonormal directions of five dimensions.
constexpr double directions[3][5] = {{0.5, -0.5, 0.5, -0.5, 0}, {0.5, 0.5, -0.5, -0.5, 0}, {0, 0, 0, 0, 1}};

/// Row i: ±a on the first direction, ±b on the second, the rest of length 1 on the third; then any length.
table planted(std::size_t rows) {
  table t(rows, 5);
  const double c = std::sqrt(1 - a * a - b * b);
  for (std::size_t i = 0; i < rows; ++i) {
    const double along[3] = {i % 2 == 0 ? a : -a, i / 2 % 2 == 0 ? b : -b, c},
                 length = 0.5 + static_cast<double>(i % 7);
    for (std::size_t d = 0; d < 5; ++d) {
      double value = 0;
      for (int k = 0; k < 3; ++k) value += along[k] * directions[k][d];
      t[i][d] = static_cast<float>(length * value);
    }
  }
  return t;
}

}  // namespace

TEST_CASE("principal components: the planted directions, their signs and shares of the variance") {
  std::vector<node_id> rows(40);
  std::iota(rows.begin(), rows.end(), 0u);
  const auto found = report::principal_components(planted(40), rows);
  CHECK(found.shares[0] == Approx(a * a / (a * a + b * b)));
  CHECK(found.shares[1] == Approx(b * b / (a * a + b * b)));
  REQUIRE(found.points.size() == 40);
  // All entries of a direction are equally large, so that its sign may be either, but one for all rows.
  const double x = found.points[0].x > 0 ? 1 : -1, y = found.points[0].y > 0 ? 1 : -1;
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(x * found.points[i].x == Approx(i % 2 == 0 ? a : -a).margin(1e-6));
    CHECK(y * found.points[i].y == Approx(i / 2 % 2 == 0 ? b : -b).margin(1e-6));
  }
}

TEST_CASE("principal components: the rows asked for, and degenerate ones") {
  const table t = planted(40);
  const std::vector<node_id> even{0, 4, 8, 12}, all_kinds{1, 2, 3, 4};
  const auto same = report::principal_components(t, even);  // the same direction four times
  for (const auto& point : same.points) CHECK(std::abs(point.x) + std::abs(point.y) < 1e-6);
  CHECK(report::principal_components(t, all_kinds).points.size() == 4);
  CHECK(report::principal_components(t, {}).points.empty());
  const auto zeros = report::principal_components(table(3, 5), std::vector<node_id>{0, 1, 2});
  CHECK(zeros.shares[0] == 0);
  for (const auto& point : zeros.points) CHECK(point.x == 0);
  const auto line = report::principal_components(table(3, 1), std::vector<node_id>{0, 1, 2});
  CHECK(line.points.size() == 3);
}

TEST_CASE("principal components: an axis points to the largest entry's positive side") {
  table t(2, 3);
  t[0][0] = 1;
  t[1][1] = 1;
  t[1][2] = 0.1f;
  const auto found = report::principal_components(t, std::vector<node_id>{0, 1});
  CHECK(found.shares[0] == Approx(1));
  CHECK(found.points[0].x > 0);  // its direction is largest in dimension 0: (1, −.995, −.0995)
  CHECK(found.points[0].x == Approx(-found.points[1].x));
}
