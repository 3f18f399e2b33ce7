/// The sequence trainer's body on the CPU's vocabularies against the float64 reference.
#include "train/body_cases.hpp"

#include <catch2/catch.hpp>

TEMPLATE_TEST_CASE("dims that straddle the padded ones and the tiles", "", body::pointer_rows, body::staged_rows) {
  body::check_padded_dims<TestType>();
}
TEMPLATE_TEST_CASE("every number of negatives", "", body::pointer_rows, body::staged_rows) {
  body::check_negatives<TestType>();
}
TEMPLATE_TEST_CASE("windows of every kind, sequences of every length", "", body::pointer_rows, body::staged_rows) {
  body::check_windows<TestType>();
}
TEMPLATE_TEST_CASE("few nodes: repeats in the window, equal and masked negatives", "", body::pointer_rows,
                   body::staged_rows) {
  body::check_few_nodes<TestType>();
}
TEMPLATE_TEST_CASE("several sequences on one trainer, with subsampling", "", body::pointer_rows, body::staged_rows) {
  body::check_several_sequences<TestType>();
}
TEMPLATE_TEST_CASE("AdaGrad and hot rows", "", body::pointer_rows, body::staged_rows) {
  body::check_row_rates<TestType>();
}
TEMPLATE_TEST_CASE("logits on both sides of the limit", "", body::pointer_rows, body::worker_rows, body::staged_rows) {
  body::check_logit_limits<TestType>();
}
TEMPLATE_TEST_CASE("a logit that is not finite leaves its centre untouched and raises the flag", "", body::pointer_rows,
                   body::staged_rows) {
  body::check_non_finite<TestType>();
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
