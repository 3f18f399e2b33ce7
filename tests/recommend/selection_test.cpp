#include "m2grl/selection.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "m2grl/error.hpp"
#include "m2grl/recommend.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using test::small_model;

namespace {

bool linked(const model& m, node_id item, node_id category) {
  const auto targets = m.links[0].targets[item];
  return std::find(targets.begin(), targets.end(), category) != targets.end();
}

}  // namespace

TEST_CASE("a selection: any of one view's values, all of several views, nothing forbidden") {
  const model m = small_model();
  node_selection selection(m);
  CHECK(selection.everything());
  selection.only("category", "c2");
  selection.only("category", "c3");
  selection.never("category", "c4");
  selection.never("item", "i8");
  selection.never(std::vector<node_id>{9, 9});
  CHECK_FALSE(selection.everything());
  const auto flags = selection.flags();
  REQUIRE(flags.size() == 40);
  for (node_id i = 0; i < 40; ++i) {
    const bool in = (linked(m, i, 2) || linked(m, i, 3)) && !linked(m, i, 4) && i != 8 && i != 9;
    CHECK(flags[i] == in);
  }
  CHECK(std::count(flags.begin(), flags.end(), 1u) > 3);
  node_selection one(m);
  one.only("item", "i5");
  const auto single = one.flags();
  CHECK((std::count(single.begin(), single.end(), 1u) == 1 && single[5] == 1));
}

TEST_CASE("a selection refuses unknown views, values and links") {
  const model m = small_model();
  node_selection selection(m), categories(m, 1);
  CHECK_THROWS_WITH(selection.only("brand", "b"), "there is no view \"brand\"; the views are item, category");
  CHECK_THROWS_WITH(selection.never("category", "c6"), "view \"category\" has no node \"c6\"");
  CHECK_THROWS_WITH(categories.only("item", "i1"), "view \"category\" is not linked to view \"item\"");
  CHECK_THROWS_WITH(selection.never(std::vector<node_id>{40}), "40 is no node of view \"item\", which has 40");
}

TEST_CASE("lists hold what is selected, by the exact search and by an index") {
  const model m = small_model(400, 6);
  node_selection selection(m);
  selection.only("category", "c1");
  const flag_filter filter(selection);
  REQUIRE(filter.filters().size() == 1);
  neighbour_query query;
  query.compose = m.cfg.eval.compose;
  query.score = GENERATE(neighbour_score::next, neighbour_score::cosine, neighbour_score::l2);
  const neighbour_vectors vectors(m, query);
  neighbour_limits limits;
  limits.k = 400, limits.filters = filter.filters();
  const auto lists = similar_nodes(vectors, std::vector<node_id>{1, 2}, limits);
  for (node_id q = 0; q < 2; ++q) {
    std::size_t expected = 0;
    for (node_id i = 0; i < 400; ++i) expected += linked(m, i, 1) && i != q + 1;
    CHECK(lists[q].size() == expected);
    for (const scored_node& node : lists[q]) CHECK((linked(m, node.id, 1) && node.id != q + 1));
  }
  if (!built_with_index()) return;
  index_options how;
  how.by = vectors.by();
  const vector_index index(vectors.candidates(), how);
  limits.index = &index;
  CHECK(similar_nodes(vectors, std::vector<node_id>{1, 2}, limits) == lists);

  ragged histories;
  histories.ids = {1, 7};
  histories.end_row();
  const auto recommended = recommend(m, histories, 5, m.cfg.eval, filter.filters());
  REQUIRE(recommended[0].size() == 5);
  for (const scored_node& node : recommended[0]) {
    CHECK((linked(m, node.id, 1) && node.id != 1 && node.id != 7));
  }
}

TEST_CASE("nodes listed in a file; unknown ones are counted and named") {
  const test::temporary_directory dir;
  const model m = small_model();
  const auto file = dir.path() / "ids";
  std::ofstream(file, std::ios::binary) << "i3\r\n\nnope\ni1\nnope\ni 7\ni3";
  const listed_nodes list = read_nodes(m.views[0].ids, file.string());
  CHECK(list.nodes == std::vector<node_id>{3, 1, 3});
  CHECK(list.lines == 6);
  CHECK(list.unknown_lines == 3);
  CHECK(list.unknown == std::vector<std::string>{"nope", "i 7"});
  CHECK_THROWS_AS(read_nodes(m.views[0].ids, (dir.path() / "missing").string()), io_error);
}
