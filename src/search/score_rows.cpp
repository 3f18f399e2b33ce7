#include "search/score_rows.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "cpu/blas_threads.hpp"
#include "m2grl/error.hpp"
#include "parallel_failure.hpp"

namespace m2grl {
namespace {

constexpr std::size_t block_floats = std::size_t{1} << 22;  // 16 MiB of scores a thread: fits common caches
constexpr std::size_t most_queries = 128;
constexpr std::size_t fewest_queries = 16;

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_view = Eigen::Map<const row_matrix, Eigen::Aligned64>;

const_view rows_of(const table& t, std::size_t first, std::size_t count) {
  return {t.data() + first * t.stride(), static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(t.stride())};
}

void check_finite(std::span<const float> scores, std::size_t query) {
  bool nan = false;
  for (const float score : scores) nan |= score != score;
  if (!nan) return;
  const auto at = std::find_if(scores.begin(), scores.end(), [](float s) { return std::isnan(s); });
  throw invalid_input(
      fmt::format("the score of candidate {} for query {} is not a number", at - scores.begin(), query));
}

std::size_t check_ways(std::span<const scored_tables> ways) {
  if (ways.empty()) throw invalid_input("no way of scoring is given");
  for (const scored_tables& way : ways) {
    if (way.queries->dim() != way.candidates->dim()) {
      throw invalid_input(
          fmt::format("queries have {} dimensions, candidates {}", way.queries->dim(), way.candidates->dim()));
    }
    if (way.queries->rows() != ways.front().queries->rows()) {
      throw invalid_input(fmt::format("one way of scoring has {} queries, another {}", ways.front().queries->rows(),
                                      way.queries->rows()));
    }
  }
  return ways.front().queries->rows();
}

/// Scores of one block of queries, one matrix a way; reused from block to block.
class block_scores {
 public:
  /// Of at most `block` queries. The matrices keep their size: Eigen's resize frees twice where memory runs out.
  block_scores(std::span<const scored_tables> ways, std::size_t block) : ways_(ways), rows_(ways.size()) {
    scores_.reserve(ways.size());
    for (const scored_tables& way : ways) {
      scores_.emplace_back(static_cast<Eigen::Index>(block), static_cast<Eigen::Index>(way.candidates->rows()));
    }
  }

  void fill(std::size_t first, std::size_t count) {
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      const table& candidates = *ways_[w].candidates;
      scores_[w].topRows(static_cast<Eigen::Index>(count)).noalias() =
          rows_of(*ways_[w].queries, first, count) * rows_of(candidates, 0, candidates.rows()).transpose();
    }
  }
  /// Of the query at `place` in the block, which is query `number` of all.
  score_rows query(std::size_t place, std::size_t number) {
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      const auto columns = static_cast<std::size_t>(scores_[w].cols());
      rows_[w] = {scores_[w].data() + place * columns, columns};
      check_finite(rows_[w], number);
    }
    return rows_;
  }

 private:
  std::span<const scored_tables> ways_;
  std::vector<row_matrix> scores_;
  std::vector<std::span<float>> rows_;
};

std::size_t queries_a_block(std::span<const scored_tables> ways) {
  std::size_t floats = 1;  // of one query
  for (const scored_tables& way : ways) floats += way.candidates->rows();
  return std::clamp(block_floats / floats, fewest_queries, most_queries);
}

}  // namespace

void for_each_query(std::span<const scored_tables> ways, const query_visitor& visit) {
  const std::size_t queries = check_ways(ways), block = queries_a_block(ways);
  const cpu::single_threaded_blas one_thread_each;
  const auto blocks = static_cast<std::int64_t>((queries + block - 1) / block);
  parallel_failure failure;
#pragma omp parallel
  {
    std::optional<block_scores> scores;
    visitor_scratch own;
#pragma omp for schedule(dynamic)
    for (std::int64_t b = 0; b < blocks; ++b) {
      failure.guard([&] {
        if (!scores) scores.emplace(ways, std::min(block, queries));
        const std::size_t first = static_cast<std::size_t>(b) * block;
        const std::size_t count = std::min(block, queries - first);
        scores->fill(first, count);
        for (std::size_t q = 0; q < count; ++q) visit(first + q, scores->query(q, first + q), own);
      });
    }
  }
  failure.rethrow();
}

void for_each_score_row(const table& queries, const table& candidates, const row_visitor& visit) {
  if (queries.rows() == 0 || candidates.rows() == 0) return;
  const scored_tables way{&queries, &candidates};
  for_each_query({&way, 1}, [&](std::size_t query, score_rows scores, visitor_scratch& own) {
    visit(query, scores.front(), own);
  });
}

void select_top_k(std::span<const float> scores, std::uint32_t k, std::vector<node_id>& best) {
  // Front of the heap: the worst of the best, the lowest score and, among equals, the highest id.
  const auto better = [&](node_id a, node_id b) { return scores[a] > scores[b] || (scores[a] == scores[b] && a < b); };
  best.clear();
  if (k == 0) return;
  std::size_t i = 0;
  for (; i < scores.size() && best.size() < k; ++i) {
    if (!std::isnan(scores[i])) best.push_back(static_cast<node_id>(i));
  }
  std::make_heap(best.begin(), best.end(), better);
  for (float least = best.empty() ? 0 : scores[best.front()]; i < scores.size(); ++i) {
    if (!(scores[i] > least)) continue;  // ids ascend, so an equal score never displaces an earlier one
    std::pop_heap(best.begin(), best.end(), better);
    best.back() = static_cast<node_id>(i);
    std::push_heap(best.begin(), best.end(), better);
    least = scores[best.front()];
  }
  std::sort_heap(best.begin(), best.end(), better);
}

}  // namespace m2grl
