/// What stands in for logistic regression in a library without liblinear: it says that it is not there.

#include "evaluate/logistic_regression.hpp"
#include "m2grl/error.hpp"
#include "m2grl/node_classification.hpp"

namespace m2grl {
namespace classify {

struct training_rows::prepared {};

training_rows::training_rows(const table&, std::span<const node_id>) {
  throw invalid_input("this m2grl was built without liblinear: nodes cannot be classified");
}
training_rows::~training_rows() = default;
std::vector<double> training_rows::fit(std::span<const std::uint32_t>, std::span<const std::uint8_t>, double) const {
  return {};  // never reached: there is no object
}

}  // namespace classify

bool built_with_classifiers() noexcept { return false; }

}  // namespace m2grl
