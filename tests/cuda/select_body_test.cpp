/// The selection kernel's body, warp by warp on the host, against the CPU's search: the same ids and scores.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "cuda/search/select_body.hpp"
#include "search/admission.hpp"
#include "search/exact.hpp"
#include "search/naive.hpp"
#include "search/query_block.hpp"

using namespace m2grl;

namespace {

cuda::sorted_rows ref_of(const ragged& rows) { return {rows.offsets.data(), rows.ids.data(), rows.size()}; }

/// What the device holds between the blocks of a search.
struct lists {
  std::vector<cuda::selected_node> nodes;
  std::vector<std::uint32_t> found;
  unsigned long long fault = ~0ull;
};

/// All products of a block in fp32, then one warp a query.
void select_block(cuda::select_task task, const search::query_block& queries, const search::candidate_block& block,
                  lists& state) {
  const std::size_t stride = task.stride;
  task.score_stride = block.count + 3;
  std::vector<float> scores(queries.count() * task.score_stride, 1e30f);  // what lies beyond the block is not looked at
  for (std::size_t q = 0; q < queries.count(); ++q) {
    for (std::size_t c = 0; c < block.count; ++c) {
      float sum = 0;
      for (std::size_t d = 0; d < stride; ++d) sum += queries.rows()[q * stride + d] * block.rows[c * stride + d];
      scores[q * task.score_stride + c] = sum;
    }
  }
  task.scores = scores.data(), task.bias = block.bias, task.candidates = block.originals, task.ids = block.ids;
  task.first_id = static_cast<node_id>(block.first), task.longest = block.longest;
  task.candidate_count = static_cast<std::uint32_t>(block.count);
  task.lists = state.nodes.data(), task.found = state.found.data(), task.fault = &state.fault;
  std::vector<cuda::selected_node> shared(task.k + 1, {77, 77});
  for (std::uint32_t q = 0; q < task.query_count; ++q) {
    cuda::selection(cuda::warp(), task, q, shared.data()).run();
    REQUIRE(shared.back().id == 77);
  }
}

lists run_kernel(const table& q, const table& c, const search_options& how, std::size_t block_rows) {
  const search::admission admitted(how, q.rows(), c.rows());
  const std::vector<node_id>* allowed = admitted.common().has_value() ? &*admitted.common() : nullptr;
  const std::size_t rows = allowed != nullptr ? allowed->size() : c.rows();
  search::candidate_blocks blocks(c, how.by, allowed, block_rows);
  search::query_block queries(q, how.by, q.rows());
  queries.take(0, q.rows());
  std::vector<cuda::device_filter> filters;
  for (const auto& f : admitted.filters()) filters.push_back({f.category.data(), ref_of(f.sets.rows), f.only});
  cuda::select_task task;
  task.queries = q.data(), task.squares = queries.squares().data();
  task.excluded = ref_of(admitted.excluded().rows), task.filters = filters.data();
  task.filter_count = static_cast<std::uint32_t>(filters.size());
  task.query_count = static_cast<std::uint32_t>(q.rows()), task.stride = static_cast<std::uint32_t>(q.stride());
  task.k = how.k, task.by = how.by;
  lists state;
  state.nodes.resize(q.rows() * how.k, {77, 77}), state.found.resize(q.rows(), 0);
  for (std::size_t first = 0; first < rows; first += block_rows) {
    select_block(task, queries, blocks.make(first, std::min(block_rows, rows - first)), state);
  }
  return state;
}

void check_kernel(const table& q, const table& c, const search_options& how, std::size_t block_rows) {
  const auto expected = search::exact_top_k(q, c, how);
  const lists state = run_kernel(q, c, how, block_rows);
  CHECK(state.fault == ~0ull);
  for (std::size_t i = 0; i < q.rows(); ++i) {
    REQUIRE(state.found[i] == expected[i].size());
    for (std::size_t p = 0; p < expected[i].size(); ++p) {
      REQUIRE(state.nodes[i * how.k + p].id == expected[i][p].id);
      REQUIRE(state.nodes[i * how.k + p].score == expected[i][p].score);
    }
  }
}

}  // namespace

TEST_CASE("warp: the lists of the CPU's search, over blocks, many equal scores among them") {
  const std::size_t nodes = GENERATE(1, 31, 33, 127, 129, 700);
  const auto k = std::min(GENERATE(1u, 10u, 33u, 200u), static_cast<std::uint32_t>(nodes));
  const bool whole = GENERATE(false, true);
  std::mt19937 random(static_cast<std::uint32_t>(nodes + k));
  const auto make = whole ? test::whole_table : test::normal_table;
  const table q = make(5, 20, random), c = make(nodes, 20, random);
  search_options how;
  how.k = k;
  for (const similarity by : {similarity::inner_product, similarity::cosine, similarity::l2}) {
    how.by = by;
    for (const std::size_t block_rows : {1000, 100, 32}) check_kernel(q, c, how, block_rows);
  }
}

TEST_CASE("warp: exclusions and filters, common and of each query") {
  std::mt19937 random(3);
  const table q = test::whole_table(6, 9, random), c = test::whole_table(500, 9, random);
  std::vector<node_id> category(500);
  for (node_id& of : category) of = random() % 6 == 0 ? no_node : static_cast<node_id>(random() % 9);
  const auto rows_of = [&](std::size_t rows, std::size_t most, std::uint32_t range) {
    ragged made;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t i = random() % most; i > 0; --i) made.ids.push_back(static_cast<node_id>(random() % range));
      made.end_row();
    }
    return made;
  };
  const ragged excluded = rows_of(GENERATE(0, 1, 6), 300, 500), each = rows_of(6, 7, 9), common = rows_of(1, 7, 9);
  const auto rule = GENERATE(category_filter::rule::only, category_filter::rule::never);
  const std::vector<category_filter> filters{{category, each, rule}, {category, common, category_filter::rule::never}};
  search_options how;
  how.k = 40, how.excluded = excluded, how.filters = filters;
  check_kernel(q, c, how, 150);
}

TEST_CASE("warp: the first NaN score is told, that of an excluded candidate too") {
  std::mt19937 random(4);
  const table q = test::normal_table(3, 8, random);
  table c = test::normal_table(300, 8, random);
  c[123][4] = c[234][0] = std::nanf("");
  ragged excluded;
  excluded.ids = {123};
  excluded.end_row();
  search_options how;
  how.k = 2, how.excluded = excluded;
  CHECK(run_kernel(q, c, how, 100).fault == 123);
}
