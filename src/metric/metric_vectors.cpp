#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "metric/contrastive.hpp"

namespace m2grl {
namespace {

double squared_length(std::span<const float> row) {
  double sum = 0;
  for (const float value : row) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

/// −d² = 2·a·b − ‖b‖² − ‖a‖² as one inner product of [2a, −1, −‖a‖²] and [b, ‖b‖², 1].
table with_lengths(const table& rows, bool query) {
  const std::size_t dim = rows.dim();
  table wide(rows.rows(), dim + 2);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const auto length = static_cast<float>(squared_length(rows[r]));
    for (std::size_t c = 0; c < dim; ++c) wide[r][c] = (query ? 2 : 1) * rows[r][c];
    wide[r][dim] = query ? -1 : length;
    wide[r][dim + 1] = query ? -length : 1;
  }
  return wide;
}

}  // namespace

table metric_vectors(const model& m) {
  if (!m.metric) throw invalid_input("the model has no metric: m2grl metric trains one");
  const table x = metric_inputs(m, m.metric->options.instance);
  const table& matrix = m.metric->matrix;
  if (matrix.dim() != x.dim()) {
    throw invalid_input(fmt::format("the metric maps {} dimensions, the model's items have {}", matrix.dim(), x.dim()));
  }
  table z(x.rows(), matrix.rows());
  metric::project_rows(x, matrix, x.rows(), z);
  return z;
}

std::vector<std::vector<scored_node>> metric_neighbours(const model& m, std::span<const node_id> nodes,
                                                        std::uint32_t k) {
  const table z = metric_vectors(m);
  std::vector<node_id> wanted(nodes.begin(), nodes.end());
  if (nodes.empty()) {
    wanted.resize(z.rows());
    std::iota(wanted.begin(), wanted.end(), 0u);
  }
  const auto bad = std::find_if(wanted.begin(), wanted.end(), [&](node_id id) { return id >= z.rows(); });
  if (bad != wanted.end()) throw invalid_input(fmt::format("{} is no item, there are {}", *bad, z.rows()));
  table rows(wanted.size(), z.dim());
  for (std::size_t i = 0; i < wanted.size(); ++i) std::copy(z[wanted[i]].begin(), z[wanted[i]].end(), rows[i].begin());
  std::vector<std::uint64_t> one_each(wanted.size() + 1);
  std::iota(one_each.begin(), one_each.end(), std::uint64_t{0});
  return search_top_k(with_lengths(rows, true), with_lengths(z, false), k, ragged_ref{one_each, wanted});
}

}  // namespace m2grl
