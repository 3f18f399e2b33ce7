#include "recommend/score_rows.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <vector>

#include "cpu/blas_threads.hpp"
#include "m2grl/error.hpp"

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

}  // namespace

void for_each_score_row(const table& queries, const table& candidates,
                        const std::function<void(std::size_t, std::span<float>)>& visit) {
  if (queries.rows() == 0 || candidates.rows() == 0) return;
  if (queries.dim() != candidates.dim()) {
    throw invalid_input(fmt::format("queries have {} dimensions, candidates {}", queries.dim(), candidates.dim()));
  }
  const cpu::single_threaded_blas one_thread_each;
  const std::size_t n = candidates.rows();
  const std::size_t block = std::clamp(block_floats / n, fewest_queries, most_queries);
  const auto blocks = static_cast<std::int64_t>((queries.rows() + block - 1) / block);
  std::exception_ptr failure;
#pragma omp parallel
  {
    row_matrix scores(static_cast<Eigen::Index>(block), static_cast<Eigen::Index>(n));
#pragma omp for schedule(dynamic)
    for (std::int64_t b = 0; b < blocks; ++b) {
      try {
        const std::size_t first = static_cast<std::size_t>(b) * block;
        const std::size_t count = std::min(block, queries.rows() - first);
        scores.topRows(static_cast<Eigen::Index>(count)).noalias() =
            rows_of(queries, first, count) * rows_of(candidates, 0, n).transpose();
        for (std::size_t q = 0; q < count; ++q) {
          const std::span<float> row(scores.data() + q * n, n);
          check_finite(row, first + q);
          visit(first + q, row);
        }
      } catch (...) {
#pragma omp critical
        if (!failure) failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
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
