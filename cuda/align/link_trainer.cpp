#include "cuda/align/link_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cuda/align/align_launch.hpp"
#include "cuda/align/link_arrays.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cuda {
namespace {

std::span<const kernel::alias_entry> entries_of(const alias_table& t) {
  const kernel::alias_sampler_ref ref = t.ref();
  return {ref.entries, ref.entries == nullptr ? 0 : ref.size};
}

void check_shape(const table& w, const link_batch& l, const std::string& name) {
  if (w.rows() == l.relation_dim && w.dim() == l.dim) return;
  throw invalid_input(
      fmt::format("link \"{}\": W is {} x {}, the task needs {} x {}", name, w.rows(), w.dim(), l.relation_dim, l.dim));
}

/// C [n, m] = op(B) op(A) of row-major matrices, as cuBLAS sees their transposes: C [m, n] by columns, op(A) [m, k].
struct product {
  cublasOperation_t a_op, b_op;
  std::uint32_t m, n, k;
  const float* a;
  std::uint32_t a_stride;
  const float* b;
  std::uint32_t b_stride;
  float* c;
};

void multiply(const blas& products, const product& p) {
  const float one = 1, zero = 0;
  const auto size = [](std::uint32_t value) { return static_cast<int>(value); };
  check(cublas().sgemm(products.get(), p.a_op, p.b_op, size(p.m), size(p.n), size(p.k), &one, p.a, size(p.a_stride),
                       p.b, size(p.b_stride), &zero, p.c, size(p.m)),
        "cublasSgemm");
}

/// P = X Wᵀ
void project(const blas& products, const link_batch& l) {
  for (std::uint32_t i = 0; i < l.matrices; ++i) {
    const product_part part = part_of(l, i);
    multiply(products, {CUBLAS_OP_T, CUBLAS_OP_N, l.relation_stride, part.rows, l.stride, part.w, l.stride, part.values,
                        l.stride, part.projected});
  }
}

/// dW = Gᵀ X, then D = G W in the place of X.
void backpropagate(const blas& products, const link_batch& l) {
  for (std::uint32_t i = 0; i < l.matrices; ++i) {
    const product_part part = part_of(l, i);
    multiply(products, {CUBLAS_OP_N, CUBLAS_OP_T, l.stride, l.relation_stride, part.rows, part.values, l.stride,
                        part.gradient, l.relation_stride, part.w_delta});
    multiply(products, {CUBLAS_OP_N, CUBLAS_OP_N, l.stride, part.rows, l.relation_stride, part.w, l.stride,
                        part.gradient, l.relation_stride, part.values});
  }
}

void enqueue_batch(const blas& products, const link_batch& l, std::uint32_t batch) {
  cudaStream_t stream = nullptr;
  check(cublas().get_stream(products.get(), &stream), "cublasGetStream");
  check(cudaMemsetAsync(l.state, 0, sizeof(batch_state), stream), "cudaMemsetAsync");
  launch_draw_pairs(l, batch, stream);
  launch_gather_rows(l, batch, stream);
  project(products, l);
  launch_activate_rows(l, batch, stream);
  launch_train_pairs(l, batch, stream);
  launch_backpropagate_rows(l, batch, stream);
  backpropagate(products, l);
  launch_scatter_rows(l, batch, stream);
  launch_step_relation(l, batch, stream);
}

}  // namespace

link_trainer::link_trainer(const problem& p, const link_task& task, const table_ref& a, const table_ref& b,
                           const relation& initial, const kernel::adam_rows& adam_a, const kernel::adam_rows& adam_b)
    : batch_(link_shape(p, task)),
      sources_(entries_of(task.sources)),
      noise_(entries_of(task.noise)),
      offsets_(task.input.targets.offsets),
      targets_(task.input.targets.ids),
      cumulative_(std::span<const std::uint32_t>(task.cumulative)) {
  check_shape(initial.w_from, batch_, task.name);
  if (batch_.matrices == 2) check_shape(initial.w_to, batch_, task.name);
  batch_.a.table = a;
  batch_.b.table = b;
  batch_.a.adam = adam_a;
  batch_.b.adam = adam_b;
  kernel::link_options& draws = batch_.draws;
  draws.sources.entries = sources_.data();
  draws.noise.entries = noise_.data();
  draws.offsets = offsets_.data();
  draws.targets = targets_.data();
  draws.cumulative = cumulative_.data();
  const std::size_t n_a = p.views[task.input.from].input.nodes, n_b = p.views[task.input.to].input.nodes;
  arrays_ = device_array<unsigned char>(array_bytes(batch_, n_a, n_b));
  unsigned char* next = arrays_.data();
  take_arrays(batch_, n_a, n_b, [&]<class T>(T*& values, std::size_t count) {
    values = reinterpret_cast<T*>(next);
    next += aligned_bytes(count * sizeof(T));
  });
  join_sides(batch_);
  static_assert(no_slot == 0xFFFFFFFFu);  // what memset leaves
  check(cudaMemset(batch_.a.slot_of, 0xFF, n_a * sizeof(std::uint32_t)), "cudaMemset");
  check(cudaMemset(batch_.b.slot_of, 0xFF, n_b * sizeof(std::uint32_t)), "cudaMemset");
  upload(initial);
  // The trainer's streams do not wait for the default stream, on which all this was enqueued.
  check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
}

void link_trainer::enqueue(task_round* task, const round_state* round, std::uint64_t largest_slice,
                           const blas& products) const {
  link_batch l = batch_;
  l.task = task;
  l.round = round;
  const auto batches = static_cast<std::uint32_t>((largest_slice + l.batch_pairs - 1) / l.batch_pairs);
  for (std::uint32_t batch = 0; batch < batches; ++batch) enqueue_batch(products, l, batch);
}

/// The rows beyond relation_dim are zero, and so they stay.
void link_trainer::upload(const relation& initial) {
  const std::size_t matrix = std::size_t{batch_.relation_stride} * batch_.stride;
  std::vector<float> w(matrix * batch_.matrices, 0.0f);
  std::copy_n(initial.w_from.data(), initial.w_from.bytes() / sizeof(float), w.begin());
  if (batch_.matrices == 2) {
    std::copy_n(initial.w_to.data(), initial.w_to.bytes() / sizeof(float),
                w.begin() + static_cast<std::ptrdiff_t>(matrix));
  }
  check(cudaMemcpy(batch_.w, w.data(), w.size() * sizeof(float), cudaMemcpyHostToDevice), "cudaMemcpy of W");
  check(cudaMemcpy(batch_.bias, &initial.bias, sizeof(float), cudaMemcpyHostToDevice), "cudaMemcpy of b");
}

std::vector<state_part> link_trainer::state(std::size_t l) const {
  const std::size_t values = std::size_t{batch_.relation_stride} * batch_.stride * batch_.matrices;
  return {{fmt::format("relation.{}.w", l), batch_.w, values * sizeof(float)},
          {fmt::format("relation.{}.bias", l), batch_.bias, sizeof(float)}};
}

void link_trainer::download(relation& r, cudaStream_t stream) const {
  const auto copy = [&](float* to, const float* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream), "cudaMemcpyAsync of W and b");
  };
  copy(r.w_from.data(), part_of(batch_, 0).w, r.w_from.bytes());
  if (batch_.matrices == 2) copy(r.w_to.data(), part_of(batch_, 1).w, r.w_to.bytes());
  copy(&r.bias, batch_.bias, sizeof(float));
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}

}  // namespace m2grl::cuda
