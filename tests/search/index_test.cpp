#include "m2grl/index.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "m2grl/error.hpp"
#include "model/directory.hpp"
#include "search/index_header.hpp"
#include "search/naive.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using test::bytes_of;
using test::temporary_directory;
using test::write_bytes;

#ifdef M2GRL_TSAN
/// hnswlib has a mutex for every node: in which order they are taken would be looked at for a quarter of an hour.
extern "C" const char* __tsan_default_options() { return "detect_deadlocks=0"; }
#endif

namespace {

/// Clusters, as learned vectors have: `rows` points around rows / 50 centres.
table clustered_table(std::size_t rows, std::size_t dim, std::mt19937& random) {
  const table centres = test::normal_table(rows / 50 + 1, dim, random);
  table t = test::normal_table(rows, dim, random);
  for (std::size_t r = 0; r < rows; ++r) {
    const auto centre = centres[random() % centres.rows()];
    for (std::size_t d = 0; d < dim; ++d) t[r][d] = centre[d] + 0.3f * t[r][d];
  }
  return t;
}

index_options options_of(similarity by, std::uint32_t threads = 1) {
  index_options how;
  how.by = by, how.threads = threads;
  return how;
}

}  // namespace

TEST_CASE("an index finds nearly all of the exact lists, with their scores, for every similarity", "[statistics]") {
  const similarity by = GENERATE(similarity::inner_product, similarity::cosine, similarity::l2);
  const std::uint32_t threads = GENERATE(1u, 2u);
  std::mt19937 random(1);
  const table vectors = clustered_table(4000, 24, random);
  const table queries = clustered_table(100, 24, random);
  const vector_index index(vectors, options_of(by, threads));
  CHECK(index.by() == by);
  search_options how;
  how.k = 10, how.by = by;
  const auto exact = search_top_k(queries, vectors, how);
  const auto found = index.search(queries, how, 200);
  CHECK(recall(found, exact) > 0.95);
  CHECK(recall(index.search(queries, how, 10), exact) < recall(found, exact));
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    REQUIRE(found[q].size() == 10);
    for (std::size_t p = 0; p < 10; ++p) {
      const scored_node& node = found[q][p];
      REQUIRE(node.score == static_cast<float>(test::naive_score(queries[q], vectors[node.id], by)));
      if (p > 0) REQUIRE((found[q][p - 1].score > node.score || found[q][p - 1].id < node.id));
    }
  }
}

TEST_CASE("exclusions and filters that leave little: the lists are as long as the exact ones") {
  std::mt19937 random(3);
  const table vectors = clustered_table(3000, 16, random), queries = clustered_table(12, 16, random);
  const vector_index index(vectors, options_of(similarity::inner_product));
  std::vector<node_id> category(3000);
  for (node_id i = 0; i < 3000; ++i) category[i] = i % 600;
  search_options how;
  how.k = 8;
  ragged sets, excluded;
  const auto best = search_top_k(queries, vectors, 200);
  for (node_id q = 0; q < 12; ++q) {
    for (node_id c = 0; c < (q % 3 == 0 ? 300u : 1u); ++c) sets.ids.push_back(q + c);
    sets.end_row();
    for (const scored_node& node : best[q]) excluded.ids.push_back(node.id);
    excluded.end_row();
  }
  const bool common = GENERATE(false, true);
  if (common) sets.offsets = {0, sets.offsets[1]}, sets.ids.resize(sets.offsets[1]);
  const category_filter filter{category, sets, GENERATE(category_filter::rule::only, category_filter::rule::never)};
  how.filters = {&filter, 1};
  how.excluded = excluded;
  const auto exact = search_top_k(queries, vectors, how), found = index.search(queries, how, 50);
  CHECK(recall(found, exact) > 0.9);
  for (std::size_t q = 0; q < 12; ++q) {
    REQUIRE(found[q].size() == exact[q].size());
    for (const scored_node& node : found[q]) {
      REQUIRE(std::find(excluded[q].begin(), excluded[q].end(), node.id) == excluded[q].end());
      const auto set = ragged_ref(sets)[common ? 0 : q];
      const bool in_set = std::find(set.begin(), set.end(), category[node.id]) != set.end();
      REQUIRE(in_set == (filter.keep == category_filter::rule::only));
    }
  }
}

TEST_CASE("one thread builds the same file each time; a loaded index finds the same") {
  const temporary_directory dir;
  const similarity by = GENERATE(similarity::inner_product, similarity::cosine, similarity::l2);
  std::mt19937 random(4);
  const table vectors = clustered_table(1500, 20, random), queries = clustered_table(30, 20, random);
  const vector_index index(vectors, options_of(by));
  const auto file = dir.path() / "a.index", again = dir.path() / "b.index";
  index.save(file);
  vector_index(vectors, options_of(by)).save(again);
  CHECK(bytes_of(file) == bytes_of(again));
  index_options other = options_of(by);
  other.seed = 2;
  vector_index(vectors, other).save(again);  // replaces the file
  CHECK(bytes_of(file) != bytes_of(again));
  search_options how;
  how.k = 5, how.by = by;
  const vector_index loaded = vector_index::load(file, vectors);
  CHECK(loaded.by() == by);
  CHECK(loaded.search(queries, how) == index.search(queries, how));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
}

TEST_CASE("a damaged file, another table or another format is refused") {
  const temporary_directory dir;
  std::mt19937 random(5);
  table vectors = clustered_table(300, 8, random);
  const auto file = dir.path() / "an.index";
  vector_index(vectors, options_of(similarity::l2)).save(file);
  const std::string whole = bytes_of(file);
  const auto fault_of = [&](const std::string& bytes) -> std::string {
    write_bytes(file, bytes);
    try {
      (void)vector_index::load(file, vectors);
    } catch (const invalid_input& fault) {
      CHECK(fault.place().file == file.string());
      return fault.what();
    }
    return "accepted";
  };
  for (std::size_t at = 0; at < whole.size(); at += at < 80 ? 1 : 997) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    CAPTURE(at);
    CHECK(fault_of(damaged) != "accepted");
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{64}, whole.size() - 1}) {
    CAPTURE(size);
    CHECK(fault_of(whole.substr(0, size)) != "accepted");
  }
  CHECK(fault_of(whole + "x") != "accepted");
  CHECK(fault_of("a text that is no index of m2grl at all, but longer than a header of one") ==
        file.string() + ": this is no index of m2grl");
  CHECK(fault_of(whole) == "accepted");
  vectors[17][3] += 1;
  CHECK(fault_of(whole) == file.string() + ": the index was built from other vectors");
  CHECK_THROWS_WITH(vector_index::load(file, table(299, 8)),
                    file.string() + ": the index was built from 300 vectors of 8 dimensions, not 299 of 8");
  CHECK_THROWS_WITH(vector_index::load(file, table(300, 7)), Catch::EndsWith("of 8 dimensions, not 300 of 7"));
  vectors[17][3] -= 1;
  search::index_header header;
  std::memcpy(&header, whole.data(), sizeof header);
  header.by = 7, header.own = search::checksum_of(header);
  CHECK_THAT(fault_of(std::string(reinterpret_cast<const char*>(&header), sizeof header) + whole.substr(sizeof header)),
             Catch::Contains("the index is damaged"));
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(vector_index(vectors, options_of(similarity::l2)).save(dir.path() / "pipe"),
                    Catch::Contains("pipe is no file that could be replaced"));
  CHECK_THROWS_AS(vector_index::load(dir.path() / "missing", vectors), io_error);
  CHECK_THROWS_AS(vector_index(vectors, options_of(similarity::l2)).save("/proc/no/such/place"), io_error);
}

TEST_CASE("an index refuses what it cannot do") {
  std::mt19937 random(6);
  table vectors = clustered_table(50, 8, random), queries = clustered_table(2, 8, random);
  const vector_index index(vectors, options_of(similarity::cosine));
  search_options how;
  how.k = 3;
  CHECK_THROWS_WITH(index.search(queries, how), "the index was built for cosine, not for inner product");
  how.by = similarity::cosine, how.k = 51;
  CHECK_THROWS_WITH(index.search(queries, how), "k is 51, but there are 50 candidates");
  how.k = 50;
  CHECK(index.search(queries, how) == search_top_k(queries, vectors, how));
  CHECK_THROWS_WITH(index.search(table(1, 9), how), "queries have 9 dimensions, candidates 8");
  queries[1][2] = std::nanf("");
  CHECK_THROWS_WITH(index.search(queries, how), "query 1 holds a value that is not finite");
  index_options options;
  options.neighbours = 1;
  CHECK_THROWS_WITH(vector_index(vectors, options), "neighbours is 1, it must be 2 to 512");
  options.neighbours = 16, options.build_width = 8;
  CHECK_THROWS_WITH(vector_index(vectors, options), "build_width is 8, it must be 16 (neighbours) to 65536");
  CHECK_THROWS_WITH(vector_index(table(0, 8)), "there are no vectors to index");
  vectors[49][7] = INFINITY;
  CHECK_THROWS_WITH(vector_index(vectors), "vector 49 holds a value that is not finite");
}

TEST_CASE("recall counts ids, whatever their order") {
  const std::vector<std::vector<scored_node>> exact{{{1, 3}, {2, 2}, {3, 1}}, {}, {{9, 1}}};
  const std::vector<std::vector<scored_node>> found{{{3, 3}, {1, 2}, {7, 1}}, {}, {{9, 1}}};
  CHECK(recall(found, exact) == 0.75);
  CHECK(recall(exact, exact) == 1);
  CHECK(recall({}, {}) == 1);
  CHECK_THROWS_WITH(recall({}, exact), "0 lists were found, but there are 3 exact ones");
}
