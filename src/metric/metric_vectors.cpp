#include <fmt/format.h>

#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "metric/contrastive.hpp"

namespace m2grl {
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

neighbour_vectors metric_neighbours(const model& m) { return {m.views.at(0), metric_vectors(m), similarity::l2}; }

}  // namespace m2grl
