// Exact top-k: queries per second over 1 M vectors, against the bare matrix product of the same scores.
#include <fmt/format.h>
#include <omp.h>

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "cpu/blas_threads.hpp"
#include "m2grl/search.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::size_t dim = 128;

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_view = Eigen::Map<const row_matrix>;

const_view rows_of(const table& t, std::size_t first, std::size_t count) {
  return {t.data() + first * t.stride(), static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(t.stride())};
}

double score_of(std::span<const float> q, std::span<const float> c) {
  double sum = 0;
  for (std::size_t d = 0; d < q.size(); ++d) sum += static_cast<double>(q[d]) * static_cast<double>(c[d]);
  return sum;
}

/// Every `step`-th query's list against all scores in float64, sorted.
void validate(const table& queries, const table& candidates, std::size_t step,
              const std::vector<std::vector<scored_node>>& found, std::uint32_t k) {
  check(found.size() == queries.rows(), "a query has no list");
  for (std::size_t q = 0; q < queries.rows(); q += step) {
    std::vector<scored_node> all(candidates.rows());
    for (node_id c = 0; c < all.size(); ++c) all[c] = {c, static_cast<float>(score_of(queries[q], candidates[c]))};
    std::partial_sort(all.begin(), all.begin() + k, all.end(), [](const scored_node& a, const scored_node& b) {
      return a.score > b.score || (a.score == b.score && a.id < b.id);
    });
    all.resize(k);
    check(found[q] == all, fmt::format("the {} best of query {} are not those of the naive search", k, q));
  }
}

/// Seconds of all scores by products of [queries, block] that share every core.
double shared_products(const table& queries, const table& candidates) {
  constexpr std::size_t block = 32768;
  static row_matrix scores;
  scores.resize(static_cast<Eigen::Index>(queries.rows()), static_cast<Eigen::Index>(block));
  return seconds_of([&] {
    for (std::size_t first = 0; first < candidates.rows(); first += block) {
      const std::size_t count = std::min(block, candidates.rows() - first);
      scores.leftCols(static_cast<Eigen::Index>(count)).noalias() =
          rows_of(queries, 0, queries.rows()) * rows_of(candidates, first, count).transpose();
    }
  });
}

/// The same by one core's products of 256 queries and `block` candidates, the queries shared out among the cores.
double separate_products(const table& queries, const table& candidates, std::size_t block) {
  constexpr std::size_t most = 256;
  const auto blocks = static_cast<int>((queries.rows() + most - 1) / most);
  const cpu::single_threaded_blas one_thread_each;
  return seconds_of([&] {
#pragma omp parallel
    {
      row_matrix scores(static_cast<Eigen::Index>(most), static_cast<Eigen::Index>(block));
#pragma omp for schedule(dynamic)
      for (int b = 0; b < blocks; ++b) {
        const std::size_t q = static_cast<std::size_t>(b) * most, rows = std::min(most, queries.rows() - q);
        for (std::size_t first = 0; first < candidates.rows(); first += block) {
          const std::size_t count = std::min(block, candidates.rows() - first);
          scores.topLeftCorner(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(count)).noalias() =
              rows_of(queries, q, rows) * rows_of(candidates, first, count).transpose();
        }
      }
    }
  });
}

void body(const options& o, report& r) {
  const auto nodes = std::max<std::size_t>(1000, static_cast<std::size_t>(1e6 * o.size));
  constexpr std::size_t queries = 1000;
  const table q = normal_rows(queries, dim, 1), c = normal_rows(nodes, dim, 2);
  for (const std::uint32_t k : {10u, 100u}) {
    const std::string name = fmt::format("{}k_x_{}_k{}_{}_cores", nodes / 1000, dim, k, omp_get_max_threads());
    if (!r.wants(name)) continue;
    validate(q, c, 50, search_top_k(q, c, k), k);
    r.validated(fmt::format("{}: the lists of 20 queries, ids and scores, against a naive float64 search", name));
    double together = 0, apart = 0;
    figure f = compare(
        name, "queries/s", o.runs, [&] { return queries / seconds_of([&] { (void)search_top_k(q, c, k); }); },
        "the bare products, the fastest of three ways to block them",
        [&] {
          together = queries / shared_products(q, c);
          apart = queries / std::min(separate_products(q, c, 1024), separate_products(q, c, 8192));
          return std::max(together, apart);
        });
    f.target_share = 0.6;
    f.details = {{"last_shared_products", together},
                 {"last_separate_products", apart},
                 {"gflop_per_query", 2e-9 * static_cast<double>(nodes) * dim}};
    r.add(std::move(f));
  }
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "search", body); }
