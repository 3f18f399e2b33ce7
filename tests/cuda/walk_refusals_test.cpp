/// What device_walker refuses before it asks a device for anything but memory.
#include <catch2/catch.hpp>

#include "cuda/walk/device_walker.hpp"
#include "m2grl/error.hpp"
#include "random_graphs.hpp"

using namespace m2grl;

TEST_CASE("walks that cannot be drawn are refused") {
  const csr_graph g = support::random_graph(50, true, false, 1);
  const cuda::device_graph unweighted(g, cuda::memory_place::device, false);
  walk_config cfg;
  cfg.kind = walk_kind::weighted;
  CHECK_THROWS_AS(cuda::device_walker(unweighted, cfg, 1, 0, 50, 50), invalid_input);
  cfg.kind = walk_kind::node2vec;
  cfg.p = 0;
  CHECK_THROWS_AS(cuda::device_walker(unweighted, cfg, 1, 0, 50, 50), invalid_input);
  CHECK_THROWS_AS(cuda::device_walker(cuda::device_graph(), walk_config(), 1, 0, 0, 0), invalid_input);
}
