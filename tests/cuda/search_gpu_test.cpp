/// The search on a device against the CPU's: the same ids and scores, bit for bit.
#include <catch2/catch.hpp>
#include <cmath>

#include "m2grl/error.hpp"
#include "search/exact.hpp"
#include "search/naive.hpp"

using namespace m2grl;

namespace {

void check_device(const table& q, const table& c, search_options how) {
  how.device = device_kind::cpu;
  const auto expected = search_top_k(q, c, how);
  how.device = device_kind::cuda;
  CHECK(search_top_k(q, c, how) == expected);
}

}  // namespace

TEST_CASE("device: the lists of the CPU's search, sizes around the blocks") {
  std::mt19937 random(1);
  search_options how;
  for (const std::size_t nodes : {1, 100, 8191, 8193, 20000}) {
    for (const std::size_t queries : {1, 5, 1025}) {
      for (const std::size_t dim : {16, 50, 128}) {
        const table q = test::normal_table(queries, dim, random), c = test::normal_table(nodes, dim, random);
        for (const similarity by : {similarity::inner_product, similarity::cosine, similarity::l2}) {
          how.by = by;
          for (const std::uint32_t k : {1u, 10u, 100u, 1024u}) {
            how.k = std::min(k, static_cast<std::uint32_t>(nodes));
            check_device(q, c, how);
          }
        }
      }
    }
  }
}

TEST_CASE("device: equal scores, exclusions and filters") {
  std::mt19937 random(2);
  const table q = test::whole_table(70, 9, random), c = test::whole_table(9000, 9, random);
  std::vector<node_id> category(9000);
  for (node_id& of : category) of = random() % 6 == 0 ? no_node : static_cast<node_id>(random() % 9);
  ragged each, common, excluded;
  for (node_id i = 0; i < 70; ++i) {
    for (node_id n = 0; n < i % 5; ++n) each.ids.push_back((i + n) % 9);
    for (node_id n = 0; n < 40 * (i % 3); ++n) excluded.ids.push_back(static_cast<node_id>(random() % 9100));
    each.end_row(), excluded.end_row();
  }
  common.ids = {2, 3};
  common.end_row();
  search_options how;
  how.k = 60, how.excluded = excluded;
  for (const auto rule : {category_filter::rule::only, category_filter::rule::never}) {
    const std::vector<category_filter> filters{{category, each, rule},
                                               {category, common, category_filter::rule::never}};
    how.filters = filters;
    check_device(q, c, how);
    how.filters = {&filters[0], 1};
    check_device(q, c, how);
  }
}

TEST_CASE("device: NaN and a k beyond the device are refused") {
  std::mt19937 random(3);
  const table q = test::normal_table(3, 8, random);
  table c = test::normal_table(3000, 8, random);
  search_options how;
  how.device = device_kind::cuda;
  how.k = 1025;
  CHECK_THROWS_WITH(search_top_k(q, c, how),
                    "k is 1025, but a GPU holds lists of at most 1024; use device cpu or auto");
  how.k = 3;
  c[2345][1] = std::nanf("");
  CHECK_THROWS_WITH(search_top_k(q, c, how), "the score of candidate 2345 for query 0 is not a number");
}
