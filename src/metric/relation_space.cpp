#include "m2grl/relation_space.hpp"

#include "m2grl/kernel/projection.hpp"
#include "metric/contrastive.hpp"

namespace m2grl {

table in_relation_space(const table& nodes, const table& w, projection_kind f) {
  table projected(nodes.rows(), w.rows());
  metric::project_rows(nodes, w, nodes.rows(), projected);
  if (f == projection_kind::identity) return projected;
  for (std::size_t row = 0; row < projected.rows(); ++row) {
    for (float& value : projected[row]) value = kernel::projected(f, value);
  }
  return projected;
}

}  // namespace m2grl
