#include "report/principal.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>

namespace m2grl::report {

projection principal_components(const table& t, std::span<const node_id> rows) {
  projection found;
  found.points.resize(rows.size());
  if (rows.empty() || t.dim() == 0) return found;
  Eigen::MatrixXd x(rows.size(), t.dim());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto row = t[rows[r]];
    const auto i = static_cast<Eigen::Index>(r);
    x.row(i) = Eigen::Map<const Eigen::RowVectorXf>(row.data(), static_cast<Eigen::Index>(row.size())).cast<double>();
    if (const double length = x.row(i).norm(); length > 0) x.row(i) /= length;
  }
  x.rowwise() -= x.colwise().mean().eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(x.transpose() * x);  // values ascend
  const double variance = solver.eigenvalues().cwiseMax(0).sum();
  for (Eigen::Index k = 0; k < std::min<Eigen::Index>(2, x.cols()); ++k) {
    Eigen::VectorXd direction = solver.eigenvectors().col(x.cols() - 1 - k);
    Eigen::Index largest = 0;
    direction.cwiseAbs().maxCoeff(&largest);
    if (direction[largest] < 0) direction = -direction;
    const Eigen::VectorXd along = x * direction;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      (k == 0 ? found.points[r].x : found.points[r].y) = along[static_cast<Eigen::Index>(r)];
    }
    if (variance > 0) found.shares[k] = std::max(0.0, solver.eigenvalues()[x.cols() - 1 - k]) / variance;
  }
  return found;
}

}  // namespace m2grl::report
