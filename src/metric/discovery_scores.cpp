#include "metric/discovery_scores.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <exception>

#include "cpu/blas_threads.hpp"
#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"

namespace m2grl::metric {
namespace {

constexpr std::size_t block_queries = 32;

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_view = Eigen::Map<const row_matrix, Eigen::Aligned64>;

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }

const_view rows_of(const table& t, std::size_t first, std::size_t count) {
  return {t.data() + first * t.stride(), index(count), index(t.stride())};
}

void require_numbers(std::span<const float> scores, std::size_t query) {
  const auto bad = std::find_if(scores.begin(), scores.end(), [](float s) { return std::isnan(s); });
  if (bad == scores.end()) return;
  throw invalid_input(
      fmt::format("the score of candidate {} for query {} is not a number", bad - scores.begin(), query));
}

/// Scores of one block of queries, one matrix a way; reused from block to block.
class block_scores {
 public:
  explicit block_scores(std::span<const scored_tables> ways) : ways_(ways), scores_(ways.size()), rows_(ways.size()) {}

  void fill(std::size_t first, std::size_t count) {
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      const table& candidates = ways_[w].candidates;
      scores_[w].noalias() =
          rows_of(ways_[w].queries, first, count) * rows_of(candidates, 0, candidates.rows()).transpose();
    }
  }
  score_rows query(std::size_t place, std::size_t number) {
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      rows_[w] = {scores_[w].row(index(place)).data(), static_cast<std::size_t>(scores_[w].cols())};
      require_numbers(rows_[w], number);
    }
    return rows_;
  }

 private:
  std::span<const scored_tables> ways_;
  std::vector<row_matrix> scores_;
  std::vector<std::span<float>> rows_;
};

}  // namespace

scored_tables composed_tables(const model& m, const query_set& held_out, const eval_config& how) {
  const auto parts = parts_of(m, how.compose);
  return {history_vectors(query_vectors(parts), held_out.histories, how.history, how.decay),
          candidate_vectors(parts, how.input_similarity)};
}

scored_tables metric_tables(const model& m, const query_set& held_out, const eval_config& how) {
  const table z = metric_vectors(m);
  const std::size_t dim = z.dim();
  // A column of ones becomes the sum of the history's weights in the query; in the candidate stands ‖z‖².
  table points(z.rows(), dim + 1);
  for (std::size_t i = 0; i < z.rows(); ++i) {
    std::copy(z[i].begin(), z[i].end(), points[i].begin());
    points[i][dim] = 1;
  }
  scored_tables result{history_vectors(points, held_out.histories, how.history, how.decay), std::move(points)};
  for (std::size_t q = 0; q < result.queries.rows(); ++q) {
    const auto row = result.queries[q];
    if (row[dim] == 0) continue;  // an empty history
    const float weights = row[dim];
    for (std::size_t c = 0; c < dim; ++c) row[c] *= 2 / weights;
    row[dim] = -1;
  }
  for (std::size_t i = 0; i < z.rows(); ++i) {
    double squares = 0;
    for (const float value : z[i]) squares += static_cast<double>(value) * static_cast<double>(value);
    result.candidates[i][dim] = static_cast<float>(squares);
  }
  return result;
}

void for_each_query(std::span<const scored_tables> ways, const std::function<void(std::size_t, score_rows)>& visit) {
  const cpu::single_threaded_blas one_thread_each;
  const std::size_t queries = ways.front().queries.rows();
  const auto blocks = static_cast<std::int64_t>((queries + block_queries - 1) / block_queries);
  std::exception_ptr failure;
#pragma omp parallel
  {
    block_scores scores(ways);
#pragma omp for schedule(dynamic)
    for (std::int64_t b = 0; b < blocks; ++b) {
      try {
        const std::size_t first = static_cast<std::size_t>(b) * block_queries;
        const std::size_t count = std::min(block_queries, queries - first);
        scores.fill(first, count);
        for (std::size_t q = 0; q < count; ++q) visit(first + q, scores.query(q, first + q));
      } catch (...) {
#pragma omp critical(m2grl_discovery_failure)
        if (!failure) failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

void standardise(std::span<float> scores) {
  double sum = 0, squares = 0;
  for (const float s : scores) sum += static_cast<double>(s);
  const double n = std::max<double>(1, static_cast<double>(scores.size())), mean = sum / n;
  for (const float s : scores) squares += (static_cast<double>(s) - mean) * (static_cast<double>(s) - mean);
  const double factor = squares > 0 ? 1 / std::sqrt(squares / n) : 0;
  for (float& s : scores) s = static_cast<float>((static_cast<double>(s) - mean) * factor);
}

}  // namespace m2grl::metric
