/// What stands in for the metric's steps on a GPU in a library without CUDA.

#include "m2grl/error.hpp"
#include "metric/stepper.hpp"

namespace m2grl::metric {

std::unique_ptr<stepper> make_cuda_stepper(const table&, const table&, double, batch_limits) {
  throw invalid_input("this m2grl was built without the CUDA backend");
}

}  // namespace m2grl::metric
