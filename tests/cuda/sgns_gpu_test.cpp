/// The SGNS kernel on a device, one warp, against the float64 reference.
#include <catch2/catch.hpp>

#include "cuda/device_rows.hpp"
#include "train/body_cases.hpp"

TEST_CASE("device: dims that straddle the padded ones") { body::check_padded_dims<support::device_rows>(); }
TEST_CASE("device: every number of negatives") { body::check_negatives<support::device_rows>(); }
TEST_CASE("device: windows of every kind, sequences of every length") { body::check_windows<support::device_rows>(); }
TEST_CASE("device: few nodes, so repeats in the window, equal and masked negatives") {
  body::check_few_nodes<support::device_rows>();
}
TEST_CASE("device: several sequences on one trainer, with subsampling") {
  body::check_several_sequences<support::device_rows>();
}
TEST_CASE("device: AdaGrad and hot rows") { body::check_row_rates<support::device_rows>(); }
TEST_CASE("device: logits on both sides of the limit") { body::check_logit_limits<support::device_rows>(); }
TEST_CASE("device: a logit that is not finite leaves its centre untouched and raises the flag") {
  body::check_non_finite<support::device_rows>();
}
