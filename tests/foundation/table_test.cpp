#include <catch2/catch.hpp>

#include <cstdint>

#include "m2grl/error.hpp"
#include "m2grl/table.hpp"

TEST_CASE("a table is aligned, zero and padded to whole cache lines") {
  for (const std::size_t dim : {1u, 15u, 16u, 17u, 128u, 1000u}) {
    m2grl::table t(3, dim);
    CHECK(t.stride() % 16 == 0);
    CHECK(t.stride() >= dim);
    CHECK(t.stride() < dim + 16);
    CHECK(reinterpret_cast<std::uintptr_t>(t.data()) % 64 == 0);
    for (std::size_t i = 0; i < 3 * t.stride(); ++i) REQUIRE(t.data()[i] == 0.0f);
  }
}

TEST_CASE("a clone is a deep copy") {
  m2grl::table t(2, 5);
  t[1][4] = 3;
  const m2grl::table copy = t.clone();
  t[1][4] = 4;
  CHECK(copy[1][4] == 3.0f);
}

TEST_CASE("a table beyond the address space is refused by an error of its own") {
  CHECK_THROWS_AS(m2grl::table(std::size_t{1} << 60, 1024), m2grl::out_of_memory);
}
