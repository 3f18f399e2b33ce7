/// The inter-view task on a device against the CPU backend.
#include <catch2/catch.hpp>

#include "align_cases.hpp"
#include "device_link.hpp"

using namespace alignment;

TEST_CASE("alignment on a device: every projection, sharing, bias and optimiser") {
  check_options<support::device_link>();
}
TEST_CASE("alignment on a device: numbers of pairs that straddle warps and batches") {
  check_pair_counts<support::device_link>();
}
TEST_CASE("alignment on a device: dims that straddle a lane's and a warp's columns") {
  check_dims<support::device_link>();
}
TEST_CASE("alignment on a device: lazy Adam") { check_adam<support::device_link>(); }
TEST_CASE("alignment on a device: any number of negatives") { check_negatives<support::device_link>(); }
TEST_CASE("alignment on a device: few rows that many pairs touch, and more rows than a batch can touch") {
  check_row_counts<support::device_link>();
}
TEST_CASE("alignment on a device: a batch with a logit that is not finite writes nothing, the next one trains") {
  check_non_finite<support::device_link>();
}
