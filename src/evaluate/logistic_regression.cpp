#include "evaluate/logistic_regression.hpp"

#include <linear.h>

#include <mutex>

#include "m2grl/node_classification.hpp"

namespace m2grl {
namespace classify {
namespace {

/// liblinear penalises the intercept like any weight: as the weight of a feature of this value its penalty is
/// (b / bias)² / 2, which says nothing.
constexpr double bias = 100;
/// Relative to the gradient's norm at w = 0; liblinear scales it by the rarer class's share.
constexpr double tolerance = 1e-3;

void keep_silent() {
  static std::once_flag once;
  std::call_once(once, [] { set_print_string_function([](const char*) {}); });
}

struct free_model {
  void operator()(::model* fitted) const noexcept { free_and_destroy_model(&fitted); }
};

}  // namespace

struct training_rows::prepared {
  std::size_t dim = 0;
  std::vector<feature_node> cells;  ///< [rows][dim + 2]: the vector, the bias, the end
};

training_rows::training_rows(const table& vectors, std::span<const node_id> nodes)
    : prepared_(std::make_unique<prepared>()) {
  keep_silent();
  prepared_->dim = vectors.dim();
  prepared_->cells.reserve(nodes.size() * (vectors.dim() + 2));
  for (const node_id node : nodes) {
    int column = 0;
    for (const float value : vectors[node]) prepared_->cells.push_back({++column, value});
    prepared_->cells.push_back({++column, bias});
    prepared_->cells.push_back({-1, 0});
  }
}

training_rows::~training_rows() = default;

std::vector<double> training_rows::fit(std::span<const std::uint32_t> rows, std::span<const std::uint8_t> positive,
                                       double c) const {
  std::vector<double> y;
  std::vector<feature_node*> x;
  for (const std::uint32_t row : rows) {
    y.push_back(positive[x.size()] != 0 ? 1 : -1);
    x.push_back(prepared_->cells.data() + row * (prepared_->dim + 2));
  }
  const ::problem task{static_cast<int>(x.size()), static_cast<int>(prepared_->dim) + 1, y.data(), x.data(), bias};
  const ::parameter how{L2R_LR, tolerance, c, 0, nullptr, nullptr, 0, nullptr};
  const std::unique_ptr<::model, free_model> fitted(::train(&task, &how));
  const double sign = fitted->label[0] == 1 ? 1 : -1;  // w speaks for the class of the first row
  std::vector<double> w;
  for (std::size_t d = 0; d < prepared_->dim; ++d) w.push_back(sign * fitted->w[d]);
  w.push_back(sign * bias * fitted->w[prepared_->dim]);
  return w;
}

}  // namespace classify

bool built_with_classifiers() noexcept { return true; }

}  // namespace m2grl
