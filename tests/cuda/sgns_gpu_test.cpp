/// The SGNS kernel on a device, one warp, against the float64 reference.
#include <catch2/catch.hpp>

#include "cuda/body_cases.hpp"
#include "cuda/device_rows.hpp"

TEST_CASE("device: dims that straddle the padded ones") { support::check_padded_dims<support::device_rows>(); }
TEST_CASE("device: every number of negatives") { support::check_negatives<support::device_rows>(); }
TEST_CASE("device: windows of every kind, sequences of every length") {
  support::check_windows<support::device_rows>();
}
TEST_CASE("device: few nodes, so repeats in the window, equal and masked negatives") {
  support::check_few_nodes<support::device_rows>();
}
TEST_CASE("device: several sequences on one trainer, with subsampling") {
  support::check_several_sequences<support::device_rows>();
}
TEST_CASE("device: AdaGrad and hot rows") { support::check_row_rates<support::device_rows>(); }
TEST_CASE("device: a logit that is not finite leaves its centre untouched and raises the flag") {
  support::check_non_finite<support::device_rows>();
}
