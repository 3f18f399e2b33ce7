/// Search on the emulated device: what the CPU finds.
#include <catch2/catch.hpp>
#include <random>

#include "device.hpp"
#include "m2grl/search.hpp"
#include "search/naive.hpp"

using namespace m2grl;

TEST_CASE("emulated: search lists what the CPU's lists") {
  std::mt19937 random(4);
  const table queries = test::normal_table(37, 20, random), candidates = test::normal_table(300, 20, random);
  emulated::reset();
  for (const similarity by : {similarity::inner_product, similarity::cosine, similarity::l2}) {
    for (const std::uint32_t k : {1u, 10u, 300u}) {
      search_options how;
      how.by = by;
      how.k = k;
      how.device = device_kind::cpu;
      const auto expected = search_top_k(queries, candidates, how);
      how.device = device_kind::cuda;
      CHECK(search_top_k(queries, candidates, how) == expected);
    }
  }
  CHECK(emulated::calls("select_kernel") > 0);
}
