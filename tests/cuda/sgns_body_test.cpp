/// The GPU's vocabulary on an emulated warp: the cases of the sequence trainer's body, against the float64 reference.
#include <catch2/catch.hpp>

#include "cuda/warp_rows.hpp"

using body::test_case;
using support::warp_rows;

TEST_CASE("warp: dims that straddle the padded ones") {
  for (const std::uint32_t dim : {1u, 16u, 17u, 31u, 32u, 33u, 64u, 65u, 100u, 128u, 129u, 256u, 300u, 513u, 1000u}) {
    test_case c;
    c.dim = dim;
    body::check<warp_rows>(c);
  }
}

TEST_CASE("warp: every number of negatives") {
  for (std::uint32_t negatives = 1; negatives <= 31; ++negatives) {
    test_case c;
    c.dim = negatives % 2 == 0 ? 17 : 200;
    c.negatives = negatives;
    c.radius = 1 + negatives % 16;
    body::check<warp_rows>(c);
  }
}

TEST_CASE("warp: windows of every kind, sequences of every length") {
  for (const std::uint32_t radius : {1u, 5u, 16u}) {
    for (const bool past : {false, true}) {
      for (const bool shrunk : {false, true}) {
        for (const std::size_t length : {0u, 1u, 2u, 31u, 32u, 33u, 200u}) {
          test_case c;
          c.dim = 33;
          c.radius = radius;
          c.past = past;
          c.shrunk = shrunk;
          c.lengths = {length};
          CAPTURE(length);
          body::check<warp_rows>(c);
        }
      }
    }
  }
}

TEST_CASE("warp: few nodes, so repeats in the window, equal and masked negatives") {
  for (const std::uint32_t nodes : {1u, 2u, 3u, 8u}) {
    for (const bool mask_contexts : {false, true}) {
      for (const std::uint32_t negatives : {1u, 5u, 7u, 8u, 31u}) {
        test_case c;
        c.dim = 40;
        c.nodes = nodes;
        c.mask_contexts = mask_contexts;
        c.negatives = negatives;
        c.rate = 0.005f;  // 31 equal negatives at ten times this rate diverge, in float64 as well
        body::check<warp_rows>(c);
      }
    }
  }
}

TEST_CASE("warp: several sequences on one trainer, with subsampling") {
  for (const double subsample : {0.0, 0.05, 0.001}) {
    test_case c;
    c.subsample = subsample;
    c.lengths = {20, 0, 1, 60, 2, 33};
    body::check<warp_rows>(c);
  }
}

TEST_CASE("warp: AdaGrad and hot rows") {
  for (const auto& [adagrad, hot] : {std::pair{true, false}, {false, true}, {true, true}}) {
    for (const std::uint32_t dim : {15u, 128u, 300u}) {
      for (const std::uint32_t negatives : {5u, 31u}) {
        test_case c;
        c.dim = dim;
        c.negatives = negatives;
        c.adagrad = adagrad;
        c.hot = hot;
        c.nodes = 12;
        c.lengths = {40, 7};
        body::check<warp_rows>(c);
      }
    }
  }
}

TEST_CASE("warp: a logit that is not finite leaves its centre untouched and raises the flag") {
  for (const std::uint32_t dim : {64u, 300u}) {
    support::guarded_rows in(2, dim), out(2, dim);
    in[0][0] = 1e30f;
    out[1][0] = 1e30f;
    m2grl::ragged sequences;
    sequences.ids = {0, 1};
    sequences.end_row();
    const auto noise = m2grl::alias_table::uniform(2);
    m2grl::kernel::sgns_options o;
    o.sampler = noise.ref();
    const auto tally = warp_rows::train(in.view(false, false), out.view(false, false), 2, dim, o, 0.1f, sequences);
    CHECK(tally.non_finite);
    CHECK(in[0][0] == 1e30f);
    CHECK(out[1][0] == 1e30f);
    CHECK(in.intact());
    CHECK(out.intact());
  }
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
