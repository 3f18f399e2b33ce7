#include <algorithm>
#include <utility>

#include "m2grl/kernel/adam.hpp"
#include "metric/contrastive.hpp"
#include "metric/stepper.hpp"

namespace m2grl::metric {
namespace {

class cpu_stepper : public stepper {
 public:
  cpu_stepper(const table& x, table matrix, double margin)
      : x_(x),
        margin_(margin),
        matrix_(std::move(matrix)),
        gradient_(matrix_.rows(), matrix_.dim()),
        means_(matrix_.rows(), matrix_.dim()),
        squares_(matrix_.rows(), matrix_.dim()) {}

  void step(const mini_batch& batch, double rate) override {
    const std::size_t n = batch.rows.size();
    if (values_.rows() < n) {
      values_ = table(n, x_.dim());
      z_ = table(n, matrix_.rows());
      dz_ = table(n, matrix_.rows());
    }
    for (std::size_t i = 0; i < n; ++i) {
      std::copy_n(x_.data() + batch.rows[i] * x_.stride(), x_.stride(), values_.data() + i * values_.stride());
    }
    std::fill_n(dz_.data(), n * dz_.stride(), 0.0f);
    project_rows(values_, matrix_, n, z_);
    loss_ += contrastive(z_, batch.terms, margin_, dz_);
    const auto scale = 1 / static_cast<float>(batch.pairs);
    for (std::size_t i = 0; i < n * dz_.stride(); ++i) dz_.data()[i] *= scale;
    pull_back(dz_, values_, n, gradient_);
    move_matrix(static_cast<float>(rate));
  }
  double take_loss() override { return std::exchange(loss_, 0); }
  [[nodiscard]] table matrix() const override { return matrix_.clone(); }

 private:
  void move_matrix(float rate) {
    const auto undo = kernel::adam_correction_of(++steps_);
    for (std::size_t i = 0; i < matrix_.rows() * matrix_.stride(); ++i) {
      matrix_.data()[i] -=
          rate * kernel::adam_direction(gradient_.data()[i], means_.data()[i], squares_.data()[i], undo);
    }
  }

  const table& x_;
  double margin_;
  double loss_ = 0;
  std::uint32_t steps_ = 0;
  table matrix_, gradient_, means_, squares_, values_, z_, dz_;
};

}  // namespace

std::unique_ptr<stepper> make_cpu_stepper(const table& x, table matrix, double margin) {
  return std::make_unique<cpu_stepper>(x, std::move(matrix), margin);
}

}  // namespace m2grl::metric
