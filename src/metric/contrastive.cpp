#include "metric/contrastive.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "cpu/blas_threads.hpp"
#include "parallel_failure.hpp"

namespace m2grl::metric {
namespace {

constexpr std::size_t block = 64;  // rows (or columns) that one thread takes: the split never depends on their number

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using stride = Eigen::OuterStride<>;
using matrix_view = Eigen::Map<row_matrix, Eigen::Unaligned, stride>;
using const_matrix_view = Eigen::Map<const row_matrix, Eigen::Unaligned, stride>;

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }
stride stride_of(const table& t) { return stride(index(t.stride())); }

}  // namespace

double contrastive(const table& z, std::span<const pair_term> terms, double margin, table& dz) {
  double loss = 0;
  for (const pair_term& term : terms) {
    const auto a = z[term.a], b = z[term.b];
    double squares = 0;
    for (std::size_t c = 0; c < a.size(); ++c) {
      const double difference = static_cast<double>(a[c]) - static_cast<double>(b[c]);
      squares += difference * difference;
    }
    const double d = std::sqrt(squares);
    const double gap = std::max(0.0, margin - d);
    loss += term.together ? squares : gap * gap;
    const double slope = term.together ? 2 : d > 0 ? -2 * gap / d : 0;
    if (slope == 0) continue;
    const auto da = dz[term.a], db = dz[term.b];
    for (std::size_t c = 0; c < a.size(); ++c) {
      const float step = static_cast<float>(slope) * (a[c] - b[c]);
      da[c] += step;
      db[c] -= step;
    }
  }
  return loss;
}

void project_rows(const table& x, const table& m, std::size_t rows, table& z) {
  const cpu::single_threaded_blas one_thread_each;
  const const_matrix_view matrix(m.data(), index(m.rows()), index(m.dim()), stride_of(m));
  const auto blocks = static_cast<std::int64_t>((rows + block - 1) / block);
  parallel_failure failure;  // of Eigen's own buffers
#pragma omp parallel for schedule(static)
  for (std::int64_t b = 0; b < blocks; ++b) {
    const std::size_t first = static_cast<std::size_t>(b) * block, count = std::min(block, rows - first);
    const const_matrix_view part(x.data() + first * x.stride(), index(count), index(x.dim()), stride_of(x));
    matrix_view out(z.data() + first * z.stride(), index(count), index(z.dim()), stride_of(z));
    failure.guard([&] { out.noalias() = part * matrix.transpose(); });
  }
  failure.rethrow();
}

void pull_back(const table& dz, const table& x, std::size_t rows, table& dm) {
  const cpu::single_threaded_blas one_thread_each;
  const const_matrix_view gradient(dz.data(), index(rows), index(dz.dim()), stride_of(dz));
  const auto blocks = static_cast<std::int64_t>((x.dim() + block - 1) / block);
  parallel_failure failure;  // of Eigen's own buffers
#pragma omp parallel for schedule(static)
  for (std::int64_t b = 0; b < blocks; ++b) {
    const std::size_t first = static_cast<std::size_t>(b) * block, count = std::min(block, x.dim() - first);
    const const_matrix_view columns(x.data() + first, index(rows), index(count), stride_of(x));
    matrix_view out(dm.data() + first, index(dm.rows()), index(count), stride_of(dm));
    failure.guard([&] { out.noalias() = gradient.transpose() * columns; });
  }
  failure.rethrow();
}

}  // namespace m2grl::metric
