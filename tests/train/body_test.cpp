/// The sequence trainer's body on every vocabulary against the float64 reference.
#include "train/body.hpp"

#include <catch2/catch.hpp>

using body::test_case;

TEMPLATE_TEST_CASE("dims that straddle the tiles", "", body::pointer_rows, body::staged_rows) {
  for (const std::uint32_t dim : {1u, 15u, 16u, 17u, 31u, 32u, 33u, 64u, 100u, 128u, 256u, 1000u}) {
    test_case c;
    c.dim = dim;
    body::check<TestType>(c);
  }
}

TEMPLATE_TEST_CASE("every number of negatives", "", body::pointer_rows, body::staged_rows) {
  for (std::uint32_t negatives = 1; negatives <= 31; ++negatives) {
    test_case c;
    c.dim = 17;
    c.negatives = negatives;
    c.radius = 1 + negatives % 16;
    body::check<TestType>(c);
  }
}

TEMPLATE_TEST_CASE("windows of every kind, sequences of every length", "", body::pointer_rows, body::staged_rows) {
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
          body::check<TestType>(c);
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("few nodes: repeats in the window, equal and masked negatives", "", body::pointer_rows,
                   body::staged_rows) {
  for (const std::uint32_t nodes : {1u, 2u, 3u, 8u}) {
    for (const bool mask_contexts : {false, true}) {
      for (const std::uint32_t negatives : {1u, 7u, 8u, 31u}) {
        test_case c;
        c.dim = 40;
        c.nodes = nodes;
        c.mask_contexts = mask_contexts;
        c.negatives = negatives;
        c.rate = 0.005f;  // 31 equal negatives at ten times this rate diverge, in float64 as well
        body::check<TestType>(c);
      }
    }
  }
}

TEMPLATE_TEST_CASE("several sequences on one trainer, with subsampling", "", body::pointer_rows, body::staged_rows) {
  for (const double subsample : {0.0, 0.05, 0.001}) {
    test_case c;
    c.subsample = subsample;
    c.lengths = {20, 0, 1, 60, 2, 33};
    body::check<TestType>(c);
  }
}

TEMPLATE_TEST_CASE("AdaGrad and hot rows", "", body::pointer_rows, body::staged_rows) {
  for (const auto& [adagrad, hot] : {std::pair{true, false}, {false, true}, {true, true}}) {
    for (const std::uint32_t dim : {15u, 128u}) {
      for (const std::uint32_t negatives : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 31u}) {
        test_case c;
        c.dim = dim;
        c.negatives = negatives;
        c.adagrad = adagrad;
        c.hot = hot;
        c.nodes = 12;
        c.lengths = {40, 7};
        body::check<TestType>(c);
      }
    }
  }
}

TEST_CASE("a worker plans the next sequence while one trains, and agrees with the reference") {
  for (const bool past : {false, true}) {
    for (const bool shrunk : {false, true}) {
      for (const double subsample : {0.0, 1e-2}) {
        body::test_case c;
        c.past = past;
        c.shrunk = shrunk;
        c.subsample = subsample;
        c.lengths = {0, 1, 2, 7, 40, 3, 0, 1, 6, 17, 16, 4};
        c.negatives = shrunk ? 31 : 5;  // as many blocks of draws as a batch holds, and fewer
        c.rate = shrunk ? 0.01f : 0.05f;
        body::check<body::worker_rows>(c);
      }
    }
  }
}
