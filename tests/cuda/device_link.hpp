#pragma once
/// cuda::link_trainer, a round at a time, for the tests of the alignment kernels.

#include <memory>
#include <vector>

#include "cuda/align/device_moments.hpp"
#include "cuda/align/link_trainer.hpp"
#include "device_rows.hpp"
#include "support/guarded_rows.hpp"
#include "train/alignment_case.hpp"

namespace support {

/// Rows are copied to the device before a round and back after it, sentinels included.
class device_link {
 public:
  device_link(const m2grl::problem& p, const m2grl::link_task& task, guarded_rows& a, guarded_rows& b,
              const alignment::test_case& c, const m2grl::relation& r)
      : problem_(p), task_(task), a_(a), b_(b), adagrad_(c.adagrad) {
    if (c.adam) {
      moments_a_ = m2grl::cuda::device_moments(c.n_a, m2grl::padded_dim(c.dim));
      moments_b_ = m2grl::cuda::device_moments(c.n_b, m2grl::padded_dim(c.dim));
    }
    learned_ = {r.from, r.to, r.projection, r.w_from.clone(), r.w_to.clone(), r.bias};
  }

  /// The round's launches, captured in a graph for more pairs than the slice has, as the backend runs them.
  void train(std::uint32_t epoch, std::uint64_t first, std::uint64_t count, float learning_rate, double weight) {
    using namespace m2grl::cuda;
    const stream s;
    const blas products(s.get(), false);
    const task_round fresh{.slice = {first, count}, .weight = weight};
    device_array<task_round> task(std::span<const task_round>(&fresh, 1));
    const round_state now{0, epoch, learning_rate, 0.05};
    const device_array<round_state> round(std::span<const round_state>(&now, 1));
    std::vector<std::unique_ptr<mirrored>> mirrors;
    const table_ref a = on_device(a_, mirrors), b = on_device(b_, mirrors);
    const link_trainer trainer(problem_, task_, a, b, learned_, moments_a_.ref(), moments_b_.ref());
    const std::uint64_t most = count + 1000;
    check(cudaStreamBeginCapture(s.get(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    trainer.enqueue(task.data(), round.data(), most, products);
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(s.get(), &graph), "cudaStreamEndCapture");
    const unique_handle<cudaGraph_t, cudaGraphDestroy> graph_owner(graph);
    cudaGraphExec_t executable = nullptr;
    check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    const unique_handle<cudaGraphExec_t, cudaGraphExecDestroy> owner(executable);
    check(cudaGraphLaunch(executable, s.get()), "cudaGraphLaunch");
    trainer.download(learned_, s.get());
    for (const auto& m : mirrors) m->bring_back(s.get());
    task.download({&after_, 1}, s.get());
    if (count > 0) {  // the last batch started s_t at its optimum
      CHECK(after_.log_variance == Approx(m2grl::kernel::updated_log_variance(0, tally().mean(), 0.05, true)));
    }
  }

  [[nodiscard]] m2grl::kernel::loss_tally tally() const {
    return {static_cast<std::int64_t>(after_.loss), after_.pairs, after_.non_finite != 0};
  }
  [[nodiscard]] m2grl::table w(std::uint32_t m) const { return (m == 0 ? learned_.w_from : learned_.w_to).clone(); }
  [[nodiscard]] float bias() const { return learned_.bias; }
  [[nodiscard]] bool intact() const { return a_.intact() && b_.intact(); }

 private:
  static constexpr std::size_t guard = 16;  // of guarded_rows' state; a table has a sentinel row

  [[nodiscard]] m2grl::cuda::table_ref on_device(guarded_rows& rows,
                                                 std::vector<std::unique_ptr<mirrored>>& mirrors) const {
    const m2grl::cpu::table_rows view = rows.view(false, adagrad_);
    mirrors.push_back(std::make_unique<mirrored>(view.data, rows.rows() * view.stride, view.stride));
    m2grl::cuda::table_ref table{mirrors.back()->data(), view.stride, nullptr, nullptr};
    if (adagrad_) {
      mirrors.push_back(std::make_unique<mirrored>(view.squares, rows.rows(), guard));
      table.squares = mirrors.back()->data();
    }
    return table;
  }

  const m2grl::problem& problem_;
  const m2grl::link_task& task_;
  guarded_rows &a_, &b_;
  bool adagrad_;
  m2grl::cuda::device_moments moments_a_, moments_b_;
  m2grl::relation learned_;
  m2grl::cuda::task_round after_;
};

}  // namespace support
