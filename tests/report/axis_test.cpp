/// Ticks are round, few, in order, and within the range.
#include "report/axis.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace m2grl::report;

namespace {

std::vector<std::string> labels(const axis& a) {
  std::vector<std::string> found;
  for (const tick& t : a.ticks()) found.push_back(t.label);
  return found;
}

}  // namespace

TEST_CASE("axis: known ticks") {
  using list = std::vector<std::string>;
  CHECK(labels({"", 0, 1, false}) == list{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(labels({"", -0.13, 0.31, false}) == list{"−0.1", "0", "0.1", "0.2", "0.3"});
  CHECK(labels({"", 0, 30, false}) == list{"0", "5", "10", "15", "20", "25", "30"});
  CHECK(labels({"", 0.9, 12000, true}) == list{"1", "10", "100", "1 k", "10 k"});
  CHECK(labels({"", 0.24, 4.2, true}) == list{"0.5", "1", "2"});
  CHECK(labels({"", 3e3, 3.3e3, true}).size() >= 3);
}

TEST_CASE("axis: ticks of any range") {
  for (const bool logarithmic : {false, true}) {
    for (double low = 1e-6; low < 1e7; low *= 3.7) {
      for (const double factor : {1.001, 1.3, 2.0, 9.0, 150.0, 1e4, 1e9}) {
        const axis a = axis_of("", {low, low * factor}, logarithmic);
        const auto ticks = a.ticks();
        INFO(low << " to " << low * factor << (logarithmic ? ", logarithmic" : ""));
        CHECK(ticks.size() >= 2);
        CHECK(ticks.size() <= 9);
        for (std::size_t t = 0; t < ticks.size(); ++t) {
          CHECK(a.share(ticks[t].at) >= -1e-9);
          CHECK(a.share(ticks[t].at) <= 1 + 1e-9);
          if (t > 0) CHECK(ticks[t].at > ticks[t - 1].at);
          if (t > 0) CHECK(ticks[t].label != ticks[t - 1].label);
        }
      }
    }
  }
}

TEST_CASE("axis: a range holds its values, whatever they are") {
  for (const std::vector<double>& values :
       {std::vector<double>{}, {0}, {-3}, {7, 7, 7}, {-2, 5}, {1e-300, 1}, {NAN, 2, INFINITY}, {1e9, 1e9 + 1}}) {
    for (const bool logarithmic : {false, true}) {
      const axis a = axis_of("", values, logarithmic);
      REQUIRE(a.low < a.high);
      if (logarithmic) REQUIRE(a.low > 0);
      for (const double value : values) {
        if (!std::isfinite(value) || (logarithmic && value <= 0)) continue;
        CHECK(a.share(value) >= 0);
        CHECK(a.share(value) <= 1);
      }
    }
  }
  CHECK(axis{"", 1, 100, true}.share(10) == Approx(0.5));
  CHECK(axis{"", 1, 100, false}.share(50.5) == Approx(0.5));
}
