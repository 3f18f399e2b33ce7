// The alignment step on a GPU: about a million linked pairs, in batches as the library cuts them, against the time of
// their bare cuBLAS products of the same shapes in the same math mode; both as captured graphs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cuda/align/link_arrays.hpp"
#include "cuda/align/link_trainer.hpp"
#include "cuda/device_table.hpp"
#include "cuda/runtime/handles.hpp"
#include "gpu/capture.hpp"
#include "gpu/cases.hpp"
#include "gpu/ceilings.hpp"
#include "gpu/timing.hpp"
#include "support/bench.hpp"
#include "support/linked_views.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr float learning_rate = 0.1f;  // times align_rate: 0.03, at which a bench's few rounds move the loss

/// Rounds of `batches` batches on the device.
class gpu_link {
 public:
  gpu_link(const linked_views& v, std::uint32_t batches, bool tf32)
      : pairs_(std::uint64_t{batches} * cuda::link_shape(v.p, v.p.links[0]).batch_pairs),
        a_(v.learned.views[0].input, table_precision::fp32),
        b_(v.learned.views[1].input, table_precision::fp32),
        products_(stream_.get(), tf32),
        trainer_(v.p, v.p.links[0], a_.ref(), b_.ref(), v.learned.relations[0]),
        task_(1),
        round_(1),
        graph_(capture(stream_.get(), [&] { trainer_.enqueue(task_.data(), round_.data(), pairs_, products_); })) {}

  /// Trains the next `pairs` pairs, at most a round; their mean loss.
  double train(std::uint64_t pairs) {
    const cuda::task_round task{.slice = {place_, pairs}};
    const cuda::round_state round{rounds_++, 0, learning_rate, 0.05};
    cuda::check(cudaMemcpy(task_.data(), &task, sizeof(task), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaMemcpy(round_.data(), &round, sizeof(round), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
    seconds_ = seconds_on(stream_.get(),
                          [&] { cuda::check(cudaGraphLaunch(graph_.get(), stream_.get()), "cudaGraphLaunch"); });
    cuda::task_round after;
    task_.download({&after, 1}, stream_.get());
    check(after.non_finite == 0, "a logit was not finite");
    check(after.pairs == pairs, fmt::format("{} pairs were trained, not {}", after.pairs, pairs));
    place_ += pairs;
    const double loss =
        static_cast<double>(static_cast<std::int64_t>(after.loss)) * kernel::loss_unit / static_cast<double>(pairs);
    check(std::isfinite(loss), "the loss is not finite");
    return loss;
  }
  [[nodiscard]] std::uint64_t round_pairs() const { return pairs_; }
  /// Of the launches of train() last called.
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  std::uint64_t pairs_;
  cuda::stream stream_;
  cuda::device_table a_, b_;
  cuda::blas products_;
  cuda::link_trainer trainer_;
  cuda::device_array<cuda::task_round> task_;
  cuda::device_array<cuda::round_state> round_;
  captured_graph graph_;
  std::uint64_t place_ = 0, rounds_ = 0;
  double seconds_ = 0;
};

/// The three products of each batch alone: P = X Wᵀ, dW = Gᵀ X, D = G W, X and G with the rows of both sides.
class bare_products {
 public:
  bare_products(const cuda::link_batch& shape, std::uint32_t batches, bool tf32)
      : rows_(static_cast<int>(shape.a.capacity + shape.b.capacity)),
        stride_(static_cast<int>(shape.stride)),
        relation_stride_(static_cast<int>(shape.relation_stride)),
        blas_(stream_.get(), tf32),
        x_(filled(rows_ * std::size_t{shape.stride})),
        g_(filled(rows_ * std::size_t{shape.relation_stride})),
        p_(g_.size()),
        w_(filled(std::size_t{shape.relation_stride} * shape.stride)),
        dw_(w_.size()),
        graph_(capture(stream_.get(), [&] {
          for (std::uint32_t i = 0; i < batches; ++i) enqueue_batch();
        })) {}

  double seconds() {
    return seconds_on(stream_.get(),
                      [&] { cuda::check(cudaGraphLaunch(graph_.get(), stream_.get()), "cudaGraphLaunch"); });
  }

 private:
  [[nodiscard]] cuda::device_array<float> filled(std::size_t size) const {
    cuda::device_array<float> values(size);
    launch_fill(values.data(), size, 0.1f, stream_.get());
    return values;
  }
  /// Row-major matrices, as cuBLAS sees their transposes.
  void enqueue_batch() {
    multiply(CUBLAS_OP_T, CUBLAS_OP_N, relation_stride_, rows_, stride_, w_, stride_, x_, stride_, p_);
    multiply(CUBLAS_OP_N, CUBLAS_OP_T, stride_, relation_stride_, rows_, x_, stride_, g_, relation_stride_, dw_);
    multiply(CUBLAS_OP_N, CUBLAS_OP_N, stride_, rows_, relation_stride_, w_, stride_, g_, relation_stride_, x_);
  }
  void multiply(cublasOperation_t a_op, cublasOperation_t b_op, int m, int n, int k, const cuda::device_array<float>& a,
                int a_stride, const cuda::device_array<float>& b, int b_stride, cuda::device_array<float>& c) {
    const float one = 1, zero = 0;
    cuda::check(
        cublasSgemm(blas_.get(), a_op, b_op, m, n, k, &one, a.data(), a_stride, b.data(), b_stride, &zero, c.data(), m),
        "cublasSgemm");
  }

  int rows_, stride_, relation_stride_;
  cuda::stream stream_;
  cuda::blas blas_;
  cuda::device_array<float> x_, g_, p_, w_, dw_;
  captured_graph graph_;
};

/// One case's link, its bare products, and what both gave.
class link_case {
 public:
  link_case(const linked_views& v, std::uint32_t batches, bool tf32)
      : shape_(cuda::link_shape(v.p, v.p.links[0])), link_(v, batches, tf32), bare_(shape_, batches, tf32) {
    const drawn_batch first = draw_batch(v.p, 0);
    unique_a_ = first.unique_a;
    unique_b_ = first.unique_b;
    const double expected = reference_loss(v, first), got = link_.train(shape_.batch_pairs);
    check(std::abs(got - expected) < (tf32 ? 1e-3 : 1e-4) * expected,
          fmt::format("the first batch's loss is {}, not {}", got, expected));
    first_loss_ = link_.train(link_.round_pairs());
  }
  double seconds() {
    last_loss_ = link_.train(link_.round_pairs());
    return link_.seconds();
  }
  double bare_seconds() { return bare_.seconds(); }
  [[nodiscard]] double pairs() const { return static_cast<double>(link_.round_pairs()); }

  void finish(figure& f, double seconds_each) const {
    check(last_loss_ < first_loss_, fmt::format("the loss rose from {} to {}", first_loss_, last_loss_));
    f.details = {{"pairs", pairs()},
                 {"pairs_per_s", pairs() / seconds_each},
                 {"batch_pairs", shape_.batch_pairs},
                 {"product_rows", static_cast<double>(shape_.a.capacity + shape_.b.capacity)},
                 {"unique_a", static_cast<double>(unique_a_)},
                 {"unique_b", static_cast<double>(unique_b_)},
                 {"first_loss", first_loss_},
                 {"last_loss", last_loss_}};
  }

 private:
  cuda::link_batch shape_;
  gpu_link link_;
  bare_products bare_;
  std::size_t unique_a_ = 0, unique_b_ = 0;
  double first_loss_ = 0, last_loss_ = 0;
};

void note_validated(const std::string& name, report& r) {
  r.validated(name + ": the first batch's loss against a double-precision loop; finite losses that fall");
}

void body(const options& o, report& r) {
  need_gpu();
  case_list cases(r);
  const auto items = static_cast<std::uint32_t>(1e6 * o.size);
  const auto batches = std::max(1u, static_cast<std::uint32_t>(64 * o.size));
  {
    const linked_views v(items, items, 1, occurrence::once);  // nearly every row of a batch is touched once
    for (const bool tf32 : {false, true}) {
      const std::string name = fmt::format("unique_rows_1M_pairs_{}", tf32 ? "tf32" : "fp32");
      cases.run(name, [&] {
        link_case c(v, batches, tf32);
        figure f = compare(
            name, "s", o.runs, [&] { return c.seconds(); }, "its bare products", [&] { return c.bare_seconds(); });
        c.finish(f, f.value);
        note_validated(name, r);
        f.at_most = true;
        if (!tf32) f.target_share = 1.4;
        r.add(std::move(f));
      });
    }
  }
  const std::string name = "1000_categories_1M_pairs_fp32";
  cases.run(name, [&] {
    const linked_views v(items, std::min(1000u, items), 1, occurrence::once);
    link_case c(v, batches, false);
    figure f = compare(
        name, "pairs/s", o.runs, [&] { return c.pairs() / c.seconds(); }, "its bare products",
        [&] { return c.pairs() / c.bare_seconds(); });
    c.finish(f, c.pairs() / f.value);
    note_validated(name, r);
    r.add(std::move(f));
  });
  cases.finish();
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "gpu_alignment", body); }
