#include <catch2/catch.hpp>
#include <set>

#include "m2grl/error.hpp"
#include "search/naive.hpp"

using namespace m2grl;
using test::naive_top_k;

namespace {

constexpr std::size_t nodes = 2100, queries = 40;

std::vector<node_id> some_categories(std::mt19937& random, std::uint32_t count) {
  std::vector<node_id> category(nodes);
  for (node_id& c : category) c = random() % 7 == 0 ? no_node : static_cast<node_id>(random() % count);
  return category;
}

/// Rows of up to `most` categories out of `count`; some empty, some with repeats.
ragged some_sets(std::mt19937& random, std::size_t rows, std::uint32_t count, std::uint32_t most) {
  ragged sets;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = random() % (most + 1); i > 0; --i) sets.ids.push_back(static_cast<node_id>(random() % count));
    sets.end_row();
  }
  return sets;
}

bool holds(ragged_ref sets, std::size_t query, node_id id) {
  const auto row = sets[sets.size() == 1 ? 0 : query];
  return std::find(row.begin(), row.end(), id) != row.end();
}

bool passes(const category_filter& f, std::size_t query, node_id candidate) {
  const node_id of = f.category[candidate];
  return (of != no_node && holds(f.set, query, of)) == (f.keep == category_filter::rule::only);
}

void check_search(const table& q, const table& c, const search_options& how) {
  const auto got = search_top_k(q, c, how);
  REQUIRE(got.size() == q.rows());
  for (std::size_t i = 0; i < q.rows(); ++i) {
    REQUIRE(got[i] == naive_top_k(q, c, i, how.k, how.by, [&](node_id id) {
              if (how.excluded.size() > 0 && holds(how.excluded, i, id)) return false;
              return std::all_of(how.filters.begin(), how.filters.end(),
                                 [&](const category_filter& f) { return passes(f, i, id); });
            }));
  }
}

}  // namespace

TEST_CASE("filters, common and of each query, with and without exclusions") {
  const auto first = GENERATE(category_filter::rule::only, category_filter::rule::never);
  const auto second = GENERATE(category_filter::rule::only, category_filter::rule::never);
  const std::size_t first_rows = GENERATE(1, queries), second_rows = GENERATE(1, queries);
  std::mt19937 random(static_cast<std::uint32_t>(first_rows * 3 + second_rows));
  const table q = test::whole_table(queries, 9, random), c = test::whole_table(nodes, 9, random);
  const auto shelf = some_categories(random, 12), brand = some_categories(random, 200);
  const ragged shelves = some_sets(random, first_rows, 12, 6), brands = some_sets(random, second_rows, 200, 60);
  const std::vector<category_filter> filters{{shelf, shelves, first}, {brand, brands, second}};
  const ragged excluded = some_sets(random, GENERATE(0, 1, queries), nodes, 1000);
  search_options how;
  how.k = 30, how.excluded = excluded, how.filters = filters;
  how.by = GENERATE(similarity::inner_product, similarity::l2);
  check_search(q, c, how);
}

TEST_CASE("filters that leave fewer than k, or nothing") {
  std::mt19937 random(2);
  const table q = test::whole_table(3, 9, random), c = test::whole_table(nodes, 9, random);
  std::vector<node_id> category(nodes, 5);
  category[77] = category[1999] = 6;
  const node_id six = 6, missing = 8;
  const std::uint64_t one[] = {0, 1}, none[] = {0, 0};
  search_options how;
  how.k = 10;
  const auto sizes = [&](const category_filter& filter) {
    how.filters = {&filter, 1};
    check_search(q, c, how);
    return search_top_k(q, c, how)[0].size();
  };
  using enum category_filter::rule;
  CHECK(sizes({category, {one, {&six, 1}}, only}) == 2);
  CHECK(sizes({category, {one, {&missing, 1}}, only}) == 0);
  CHECK(sizes({category, {none, {}}, only}) == 0);
  CHECK(sizes({category, {none, {}}, never}) == 10);
  CHECK(sizes({category, {one, {&six, 1}}, never}) == 10);
}

TEST_CASE("everything excluded leaves nothing") {
  std::mt19937 random(2);
  const table q = test::whole_table(2, 9, random), c = test::whole_table(nodes, 9, random);
  ragged all;
  for (node_id i = 0; i < nodes; ++i) all.ids.push_back(nodes - 1 - i);
  all.end_row();
  all.end_row();  // the second query excludes nothing
  const auto got = search_top_k(q, c, 7, all);
  CHECK(got[0].empty());
  CHECK(got[1].size() == 7);
}

TEST_CASE("filters that do not fit are refused") {
  const table q(2, 3), c(4, 3);
  const std::vector<node_id> three(3), four(4);
  ragged sets;
  search_options how;
  how.k = 1;
  std::vector<category_filter> filters{{three, sets}};
  how.filters = filters;
  CHECK_THROWS_WITH(search_top_k(q, c, how), "a filter has 3 categories for 4 candidates");
  filters[0].category = four;
  CHECK_THROWS_WITH(search_top_k(q, c, how), "2 queries, but 0 rows of a filter's categories");
}
