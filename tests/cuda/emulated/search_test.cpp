/// Search on the emulated device: what the CPU finds.
#include <catch2/catch.hpp>
#include <random>

#include "device.hpp"
#include "m2grl/error.hpp"
#include "m2grl/search.hpp"
#include "search/gpu.hpp"
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

TEST_CASE("emulated: a search takes the device that fits its list") {
  std::mt19937 random(5);
  const table queries = test::normal_table(2, 3, random), candidates = test::normal_table(1100, 3, random);
  const auto on_device = [&](device_kind device, std::uint32_t k) {
    emulated::reset();
    search_options how;
    how.device = device, how.k = k;
    (void)search_top_k(queries, candidates, how);
    return emulated::calls("select_kernel") > 0;
  };
  const std::uint32_t most = search::most_on_gpu;
  CHECK(on_device(device_kind::cuda, most));
  CHECK(on_device(device_kind::automatic, most));
  CHECK_FALSE(on_device(device_kind::cpu, most));
  CHECK_FALSE(on_device(device_kind::automatic, most + 1));
  CHECK_THROWS_AS(on_device(device_kind::cuda, most + 1), invalid_input);
}

TEST_CASE("emulated: an error that the caller left behind is no error of the search") {
  std::mt19937 random(6);
  const table queries = test::normal_table(3, 8, random), candidates = test::normal_table(50, 8, random);
  search_options how;
  how.k = 5, how.device = device_kind::cpu;
  const auto expected = search_top_k(queries, candidates, how);
  emulated::reset();
  void* memory = nullptr;
  REQUIRE(cudaMalloc(&memory, std::size_t{1} << 60) == cudaErrorMemoryAllocation);
  how.device = device_kind::cuda;
  CHECK(search_top_k(queries, candidates, how) == expected);
}
