/// The alignment kernels' bodies, on an emulated warp, against the CPU backend.
#include <catch2/catch.hpp>
#include <map>

#include "align_cases.hpp"
#include "host_link.hpp"

using namespace m2grl;
using namespace alignment;

namespace {

using touch_counts = std::map<std::uint32_t, std::uint32_t>;  // of rows

touch_counts touches_of(const cuda::link_side& side) {
  touch_counts touches;
  for (std::uint32_t slot = 0; slot < *side.row_count; ++slot) touches[side.rows[slot]] = side.touches[slot];
  CHECK(touches.size() == *side.row_count);  // no row has two slots
  return touches;
}

/// Unique rows and touches of the round's batch, which is its only one, by the documented draws.
void check_touches(const twins& t, const support::host_link& link, std::uint64_t pairs) {
  touch_counts a, b;
  for (const auto& pair : batch_of(t.p.links[0].options(t.p.cfg, epoch), first_pair, pairs, link.batch().pool_size)) {
    ++a[static_cast<std::uint32_t>(pair.i)];
    ++b[static_cast<std::uint32_t>(pair.j)];
    for (const std::size_t n : pair.negatives) ++b[static_cast<std::uint32_t>(n)];
  }
  CHECK(touches_of(link.batch().a) == a);
  CHECK(touches_of(link.batch().b) == b);
}

}  // namespace

TEST_CASE("alignment bodies: every projection, sharing, bias and optimiser") { check_options<support::host_link>(); }
TEST_CASE("alignment bodies: lazy Adam") { check_adam<support::host_link>(); }
TEST_CASE("alignment bodies: numbers of pairs that straddle warps and batches") {
  check_pair_counts<support::host_link>();
}
TEST_CASE("alignment bodies: dims that straddle a lane's and a warp's columns") { check_dims<support::host_link>(); }
TEST_CASE("alignment bodies: any number of negatives") { check_negatives<support::host_link>(); }
TEST_CASE("alignment bodies: few rows that many pairs touch, and more rows than a batch can touch") {
  check_row_counts<support::host_link>();
}
TEST_CASE("alignment bodies: a batch with a logit that is not finite writes nothing, the next one trains") {
  check_non_finite<support::host_link>();
}

TEST_CASE("alignment bodies: unique rows and their touches are those of the draws") {
  for (const std::size_t n_b : {2u, 9u, 400u}) {
    test_case c;
    c.n_b = n_b;
    for (const std::uint64_t pairs : {1u, 33u, 120u}) {
      CAPTURE(n_b, pairs);
      twins t(c);
      support::host_link link(t.p, t.p.links[0], t.a, t.b, c, t.r);
      link.train_first_batch(epoch, first_pair, pairs, learning_rate, weight);
      check_touches(t, link, pairs);
    }
  }
}
