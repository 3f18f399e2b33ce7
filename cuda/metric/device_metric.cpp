/// The metric's steps on a device: the host builds a batch while the device works on the one before.
#include <algorithm>
#include <array>

#include "cuda/metric/metric_launch.hpp"
#include "cuda/runtime/check.hpp"
#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "metric/stepper.hpp"

namespace m2grl::metric {
namespace {

/// A batch on its way: page-locked memory, from which a copy may run while the host goes on.
class batch_slot {
 public:
  explicit batch_slot(batch_limits most)
      : rows_(most.rows), terms_(most.terms), device_rows_(most.rows), device_terms_(most.terms) {}

  /// Waits until the device has read what lies here; then copies, in the stream's order.
  void take(const mini_batch& batch, cudaStream_t stream) {
    if (used_) read_.wait();
    std::copy(batch.rows.begin(), batch.rows.end(), rows_.data());
    std::copy(batch.terms.begin(), batch.terms.end(), terms_.data());
    copy(device_rows_.data(), rows_.data(), batch.rows.size_bytes(), stream);
    copy(device_terms_.data(), terms_.data(), batch.terms.size_bytes(), stream);
    read_.record(stream);
    used_ = true;
  }
  [[nodiscard]] const node_id* rows() const { return device_rows_.data(); }
  [[nodiscard]] const pair_term* terms() const { return device_terms_.data(); }

 private:
  static void copy(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    cuda::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream), "cudaMemcpyAsync to the device");
  }

  cuda::pinned_array<node_id> rows_;
  cuda::pinned_array<pair_term> terms_;
  cuda::device_array<node_id> device_rows_;
  cuda::device_array<pair_term> device_terms_;
  cuda::event read_;
  bool used_ = false;
};

class cuda_stepper : public stepper {
 public:
  cuda_stepper(const table& x, const table& matrix, double margin, batch_limits most)
      : rows_(matrix.rows()),
        dim_(matrix.dim()),
        stride_(matrix.stride()),
        z_stride_(padded_dim(matrix.rows())),
        margin_(margin),
        products_(stream_.get(), false),
        x_(std::span(x.data(), x.rows() * x.stride())),
        matrix_(std::span(matrix.data(), rows_ * stride_)),
        gradient_(matrix_.size()),
        means_(matrix_.size()),
        squares_(matrix_.size()),
        values_(most.rows * stride_),
        z_(most.rows * z_stride_),
        dz_(z_.size()),
        loss_(1),
        slots_{batch_slot(most), batch_slot(most)} {
    for (auto* zeros : {&gradient_, &means_, &squares_}) zeros->zero(stream_.get());
    loss_.zero(stream_.get());
  }
  ~cuda_stepper() override { cuda::ignore(cudaStreamSynchronize(stream_.get())); }

  void step(const mini_batch& batch, double rate) override {
    batch_slot& slot = slots_[steps_ % slots_.size()];
    slot.take(batch, stream_.get());
    const cuda::metric_batch b = arguments(slot, batch);
    cuda::launch_gather_metric_rows(b, stream_.get());
    project(batch.rows.size());
    cuda::launch_part_metric_pairs(b, stream_.get());
    pull_back(batch.rows.size(), 1 / static_cast<float>(batch.pairs));
    const cuda::metric_matrix m{matrix_.data(), means_.data(), squares_.data(), gradient_.data(),
                                static_cast<std::uint32_t>(matrix_.size())};
    cuda::launch_move_metric(m, static_cast<float>(rate), kernel::adam_correction_of(++steps_), stream_.get());
  }
  double take_loss() override {
    double loss = 0;
    loss_.download({&loss, 1}, stream_.get());
    loss_.zero(stream_.get());
    return loss;
  }
  [[nodiscard]] table matrix() const override {
    table m(rows_, dim_);
    matrix_.download({m.data(), matrix_.size()}, stream_.get());
    return m;
  }

 private:
  [[nodiscard]] cuda::metric_batch arguments(const batch_slot& slot, const mini_batch& batch) {
    cuda::metric_batch b;
    b.x = x_.data(), b.rows = slot.rows(), b.terms = slot.terms();
    b.values = values_.data(), b.z = z_.data(), b.dz = dz_.data(), b.loss = loss_.data();
    b.margin = margin_;
    b.row_count = static_cast<std::uint32_t>(batch.rows.size());
    b.term_count = static_cast<std::uint32_t>(batch.terms.size());
    b.x_stride = static_cast<std::uint32_t>(stride_), b.z_stride = static_cast<std::uint32_t>(z_stride_);
    b.dim = static_cast<std::uint32_t>(rows_);
    return b;
  }

  static int size(std::size_t value) { return static_cast<int>(value); }

  /// z = values Mᵀ, row-major.
  void project(std::size_t rows) {
    const float one = 1, zero = 0;
    cuda::check(cuda::cublas().sgemm(products_.get(), CUBLAS_OP_T, CUBLAS_OP_N, size(rows_), size(rows), size(dim_),
                                     &one, matrix_.data(), size(stride_), values_.data(), size(stride_), &zero,
                                     z_.data(), size(z_stride_)),
                "cublasSgemm");
  }
  /// gradient = scale · dzᵀ values, row-major.
  void pull_back(std::size_t rows, float scale) {
    const float zero = 0;
    cuda::check(cuda::cublas().sgemm(products_.get(), CUBLAS_OP_N, CUBLAS_OP_T, size(dim_), size(rows_), size(rows),
                                     &scale, values_.data(), size(stride_), dz_.data(), size(z_stride_), &zero,
                                     gradient_.data(), size(stride_)),
                "cublasSgemm");
  }

  std::size_t rows_, dim_, stride_, z_stride_;
  double margin_;
  std::uint32_t steps_ = 0;
  cuda::stream stream_;
  cuda::blas products_;
  cuda::device_array<float> x_, matrix_, gradient_, means_, squares_, values_, z_, dz_;
  cuda::device_array<double> loss_;
  std::array<batch_slot, 2> slots_;
};

}  // namespace

std::unique_ptr<stepper> make_cuda_stepper(const table& x, const table& matrix, double margin, batch_limits most) {
  cuda::forget_callers_error();
  return std::make_unique<cuda_stepper>(x, matrix, margin, most);
}

}  // namespace m2grl::metric
