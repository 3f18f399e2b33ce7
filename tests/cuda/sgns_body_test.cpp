/// The GPU's vocabulary on an emulated warp, against the float64 reference.
#include <catch2/catch.hpp>

#include "cuda/warp_rows.hpp"
#include "train/body_cases.hpp"

TEST_CASE("warp: dims that straddle the padded ones") { body::check_padded_dims<support::warp_rows>(); }
TEST_CASE("warp: every number of negatives") { body::check_negatives<support::warp_rows>(); }
TEST_CASE("warp: windows of every kind, sequences of every length") { body::check_windows<support::warp_rows>(); }
TEST_CASE("warp: few nodes, so repeats in the window, equal and masked negatives") {
  body::check_few_nodes<support::warp_rows>();
}
TEST_CASE("warp: several sequences on one trainer, with subsampling") {
  body::check_several_sequences<support::warp_rows>();
}
TEST_CASE("warp: AdaGrad and hot rows") { body::check_row_rates<support::warp_rows>(); }
TEST_CASE("warp: logits on both sides of the limit") { body::check_logit_limits<support::warp_rows>(); }
TEST_CASE("warp: a logit that is not finite leaves its centre untouched and raises the flag") {
  body::check_non_finite<support::warp_rows>();
}

TEST_CASE("warp: 32 sums at once are those of 32 trees") {
  m2grl::cuda::warp w;
  m2grl::cuda::per_lane<float[m2grl::cuda::warp_lanes]> values;
  w.each([&](std::uint32_t lane) {
    for (std::uint32_t i = 0; i < 32; ++i) values[lane][i] = static_cast<float>(lane * 33 + i * i);
  });
  const auto sums = w.sums(values);
  for (std::uint32_t i = 0; i < 32; ++i) CHECK(sums[i] == static_cast<float>(33 * (31 * 32 / 2) + 32 * i * i));
}
