#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/recommend.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using test::small_model;
using test::temporary_directory;

namespace {

std::string write_file(const temporary_directory& dir, const std::string& text) {
  const auto file = dir.path() / "histories.tsv";
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}

/// score(i → j) = Σ over parts of weight · in(i)·out(j), attributes as count-weighted means; all in float64.
double composed_score(const model& m, node_id i, node_id j, double category_weight) {
  const auto mean = [&](const table& t, node_id item) {
    const link_data& link = m.links[0];
    std::vector<double> sum(t.dim(), 0.0);
    double total = 0;
    for (auto at = link.targets.offsets[item]; at < link.targets.offsets[item + 1]; ++at) {
      for (std::size_t c = 0; c < t.dim(); ++c) sum[c] += link.counts[at] * double(t[link.targets.ids[at]][c]);
      total += link.counts[at];
    }
    for (double& value : sum) value = total > 0 ? value / total : 0;
    return sum;
  };
  const auto in = mean(m.views[1].tables.input, i), out = mean(m.views[1].tables.output, j);
  double score = dot(m.views[0].tables.input[i], m.views[0].tables.output[j]);
  for (std::size_t c = 0; c < in.size(); ++c) score += category_weight * in[c] * out[c];
  return score;
}

void check_lists(const std::vector<scored_node>& found, const std::map<node_id, double>& expected, std::size_t k) {
  std::vector<std::pair<double, node_id>> order;
  for (const auto& [id, score] : expected) order.emplace_back(-score, id);
  std::sort(order.begin(), order.end());
  REQUIRE(found.size() == std::min(k, order.size()));
  for (std::size_t place = 0; place < found.size(); ++place) {
    CHECK(found[place].id == order[place].second);
    CHECK(found[place].score == Approx(-order[place].first).epsilon(1e-4).margin(1e-4));
  }
}

}  // namespace

TEST_CASE("histories are read as users and known items; unknown ids are counted and named") {
  const temporary_directory dir;
  const model m = small_model();
  const auto file = write_file(dir, "anna\ti3 i1  nope i3\r\n\nbob b\t\n   \ncy\tzzz i39 nope \nanna\ti0");
  const user_histories read = read_histories(m.views[0].ids, file);
  CHECK(read.users == std::vector<std::string>{"anna", "bob b", "cy", "anna"});
  CHECK(read.histories.offsets == std::vector<std::uint64_t>{0, 3, 3, 4, 5});
  CHECK(read.histories.ids == std::vector<node_id>{3, 1, 3, 39, 0});
  CHECK(read.events == 8);
  CHECK(read.unknown_events == 3);
  CHECK(read.unknown == std::vector<std::string>{"nope", "zzz"});
}

TEST_CASE("a file of many blocks reads as it was written, for any number of threads") {
  const temporary_directory dir;
  const model m = small_model();
  std::string text;
  std::vector<std::uint64_t> offsets{0};
  std::vector<node_id> ids;
  for (std::uint32_t user = 0; user < 60000; ++user) {
    text += "user" + std::to_string(user) + '\t';
    for (std::uint32_t i = 0; i < user % 5; ++i) {
      ids.push_back((user * 7 + i) % 40);
      text += (i > 0 ? " i" : "i") + std::to_string(ids.back());
    }
    offsets.push_back(ids.size());
    text += '\n';
  }
  REQUIRE(text.size() > 1'000'000);
  const auto file = write_file(dir, text);
  for (const std::uint32_t threads : {1u, 3u}) {
    const user_histories read = read_histories(m.views[0].ids, file, {}, threads);
    CHECK(read.users.size() == 60000);
    CHECK(read.users[54321] == "user54321");
    CHECK(read.histories.offsets == offsets);
    CHECK(read.histories.ids == ids);
    CHECK(read.unknown_events == 0);
  }
}

TEST_CASE("a malformed line is named with its place") {
  const temporary_directory dir;
  const model m = small_model();
  const auto place_of = [&](const std::string& text) {
    const auto file = write_file(dir, text);
    try {
      (void)read_histories(m.views[0].ids, file);
    } catch (const invalid_input& fault) {
      CHECK(fault.place().file == file);
      CHECK(std::string(fault.what()).find("histories.tsv:") != std::string::npos);
      return std::pair{fault.place().line, fault.place().column};
    }
    FAIL("accepted: " << text);
    return std::pair<std::uint64_t, std::uint64_t>{};
  };
  CHECK(place_of("a\ti1\nno tab here\n") == std::pair<std::uint64_t, std::uint64_t>{2, 1});
  CHECK(place_of("a\ti1\n\n\ti2") == std::pair<std::uint64_t, std::uint64_t>{3, 1});
  CHECK(place_of("a\ti1 i2\ti3\n") == std::pair<std::uint64_t, std::uint64_t>{1, 8});
  CHECK_THROWS_AS(read_histories(m.views[0].ids, (dir.path() / "missing").string()), io_error);
  CHECK(read_histories(m.views[0].ids, write_file(dir, "")).users.empty());
}

TEST_CASE("recommend ranks by the decayed composed score and leaves the history out") {
  const model m = small_model();
  ragged histories;
  for (const std::vector<node_id>& row : {std::vector<node_id>{4, 8, 15}, {16}, {}, {23, 23, 2, 1, 0, 39}}) {
    histories.ids.insert(histories.ids.end(), row.begin(), row.end());
    histories.end_row();
  }
  eval_config how = m.cfg.eval;
  how.decay = 0.5;
  how.history = 3;
  const auto lists = recommend(m, histories, 7, how);
  REQUIRE(lists.size() == 4);
  for (std::size_t u = 0; u < lists.size(); ++u) {
    const auto history = histories[u];
    std::map<node_id, double> expected;
    for (node_id j = 0; j < 40; ++j) {
      if (std::find(history.begin(), history.end(), j) != history.end()) continue;
      double score = 0;
      for (std::size_t back = 0; back < std::min<std::size_t>(3, history.size()); ++back) {
        score += std::pow(0.5, back) * composed_score(m, history[history.size() - 1 - back], j, 0.5);
      }
      expected[j] = score;
    }
    check_lists(lists[u], expected, 7);
  }
  CHECK(lists[2][0].id == 0);  // an empty history: zeros, by id
  CHECK(lists[2][0].score == 0);
  CHECK(recommend(m, histories, 40, how)[1].size() == 39);
  CHECK_THROWS_WITH(recommend(m, histories, 41, how), "k is 41, but there are 40 candidates");
  CHECK_THROWS_AS(recommend(m, histories, 0, how), invalid_input);
  histories.ids[1] = 40;
  CHECK_THROWS_AS(recommend(m, histories, 5, how), invalid_input);
}

TEST_CASE("recommend gives the same lists across its blocks of queries") {
  const model m = small_model();
  ragged histories;
  for (node_id u = 0; u < 20000; ++u) {
    histories.ids.push_back(u % 40);
    if (u % 3 == 0) histories.ids.push_back((u + 5) % 40);
    histories.end_row();
  }
  const auto lists = recommend(m, histories, 3, m.cfg.eval);
  REQUIRE(lists.size() == 20000);
  for (std::size_t u = 120; u < lists.size(); ++u) {  // histories repeat with period 120
    for (std::size_t place = 0; place < 3; ++place) REQUIRE(lists[u][place].id == lists[u - 120][place].id);
  }
}

TEST_CASE("neighbours by input·output, by composed vectors and by cosine, without the node itself") {
  const model m = small_model();
  const auto expect = [](node_id self, std::size_t nodes, auto&& score) {
    std::map<node_id, double> expected;
    for (node_id j = 0; j < nodes; ++j) {
      if (j != self) expected[j] = score(self, j);
    }
    return expected;
  };
  const auto cosine = [](std::span<const float> a, std::span<const float> b) {
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
  };
  neighbour_query query;
  query.k = 6;
  const std::vector<node_id> some{7, 0, 39, 7};
  const auto next = similar_nodes(m, some, query);
  query.compose = {{"category", 2}, {"item", 1}};
  const auto composed = similar_nodes(m, some, query);
  query.score = neighbour_score::cosine;
  const auto composed_cosine = similar_nodes(m, some, query);
  query.compose.clear();
  query.view = "category";
  const auto categories = similar_nodes(m, {}, query);
  const table vectors = query_vectors(parts_of(m, std::vector<compose_part>{{"category", 2}, {"item", 1}}));
  const model_view& item = m.views[0];
  for (std::size_t i = 0; i < some.size(); ++i) {
    check_lists(next[i],
                expect(some[i], 40, [&](auto a, auto b) { return dot(item.tables.input[a], item.tables.output[b]); }),
                6);
    check_lists(composed[i], expect(some[i], 40, [&](auto a, auto b) { return composed_score(m, a, b, 2); }), 6);
    check_lists(composed_cosine[i], expect(some[i], 40, [&](auto a, auto b) { return cosine(vectors[a], vectors[b]); }),
                6);
  }
  REQUIRE(categories.size() == 6);
  const table& in = m.views[1].tables.input;
  for (node_id c = 0; c < 6; ++c)
    check_lists(categories[c], expect(c, 6, [&](auto a, auto b) { return cosine(in[a], in[b]); }), 6);
}

TEST_CASE("a view, a node or a composition that does not exist is refused by name") {
  const model m = small_model();
  neighbour_query query;
  query.view = "brand";
  CHECK_THROWS_WITH(similar_nodes(m, {}, query), Catch::Contains("\"brand\"") && Catch::Contains("item, category"));
  query.view = "category";
  query.compose = {{"item", 1}};
  CHECK_THROWS_WITH(similar_nodes(m, {}, query), Catch::Contains("cannot be composed"));
  query.compose.clear();
  const std::vector<node_id> missing{6};
  CHECK_THROWS_WITH(similar_nodes(m, missing, query), Catch::Contains("6 is no node of view \"category\""));
  query.k = 0;
  CHECK_THROWS_AS(similar_nodes(m, {}, query), invalid_input);
  CHECK(view_index(m, "") == 0);
  CHECK(view_index(m, "category") == 1);
}
