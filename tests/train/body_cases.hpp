#pragma once
/// The cases of the sequence trainer's body, for every vocabulary: the CPU's, stale workers', the GPU's on an emulated
/// warp and on a device.

#include <catch2/catch.hpp>

#include "train/body.hpp"

namespace body {

/// Dims that straddle the padded ones.
template <class Rows>
void check_padded_dims() {
  for (const std::uint32_t dim :
       {1u, 15u, 16u, 17u, 31u, 32u, 33u, 64u, 65u, 100u, 128u, 129u, 256u, 300u, 513u, 1000u}) {
    test_case c;
    c.dim = dim;
    check<Rows>(c);
  }
}

/// Every number of negatives.
template <class Rows>
void check_negatives() {
  for (std::uint32_t negatives = 1; negatives <= 31; ++negatives) {
    test_case c;
    c.dim = negatives % 2 == 0 ? 17 : 200;
    c.negatives = negatives;
    c.radius = 1 + negatives % 16;
    check<Rows>(c);
  }
}

/// Windows of every kind, sequences of every length.
template <class Rows>
void check_windows() {
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
          check<Rows>(c);
        }
      }
    }
  }
}

/// Few nodes, so repeats in the window, equal and masked negatives.
template <class Rows>
void check_few_nodes() {
  for (const std::uint32_t nodes : {1u, 2u, 3u, 8u}) {
    for (const bool mask_contexts : {false, true}) {
      for (const std::uint32_t negatives : {1u, 5u, 7u, 8u, 31u}) {
        test_case c;
        c.dim = 40;
        c.nodes = nodes;
        c.mask_contexts = mask_contexts;
        c.negatives = negatives;
        c.rate = 0.005f;  // 31 equal negatives at ten times this rate diverge, in float64 as well
        check<Rows>(c);
      }
    }
  }
}

/// Several sequences on one trainer, with subsampling.
template <class Rows>
void check_several_sequences() {
  for (const double subsample : {0.0, 0.05, 0.001}) {
    test_case c;
    c.subsample = subsample;
    c.lengths = {20, 0, 1, 60, 2, 33};
    check<Rows>(c);
  }
}

/// AdaGrad and hot rows.
template <class Rows>
void check_row_rates() {
  for (const auto& [adagrad, hot] : {std::pair{true, false}, {false, true}, {true, true}}) {
    for (const std::uint32_t dim : {15u, 128u, 300u}) {
      for (const std::uint32_t negatives : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 31u}) {
        test_case c;
        c.dim = dim;
        c.negatives = negatives;
        c.adagrad = adagrad;
        c.hot = hot;
        c.nodes = 12;
        c.lengths = {40, 7};
        check<Rows>(c);
      }
    }
  }
}

/// Logits on both sides of the limit, of positives and of negatives.
template <class Rows>
void check_logit_limits() {
  for (const bool adagrad : {false, true}) {
    for (const std::uint32_t negatives : {1u, 5u, 7u, 12u}) {
      for (const float limit : {0.02f, 0.2f, 1.0f}) {
        test_case c;
        c.dim = 40;
        c.negatives = negatives;
        c.adagrad = adagrad;
        c.lengths = {40, 7};
        c.logit_limit = limit;
        check<Rows>(c);
      }
    }
  }
}

/// A logit that is not finite leaves its centre untouched and raises the flag.
template <class Rows>
void check_non_finite() {
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
    const auto tally = Rows::train(in.view(false, false), out.view(false, false), 2, dim, o, 0.1f, sequences);
    CHECK(tally.non_finite);
    CHECK(in[0][0] == 1e30f);
    CHECK(out[1][0] == 1e30f);
    CHECK(in.intact());
    CHECK(out.intact());
  }
}

}  // namespace body
