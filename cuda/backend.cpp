/// The CUDA backend: a round is one graph of kernels, launched on one stream without a word from the host.

#include "train/backend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "cuda/align/device_moments.hpp"
#include "cuda/align/link_trainer.hpp"
#include "cuda/inputs/device_sequences.hpp"
#include "cuda/memory_plan.hpp"
#include "cuda/round_state.hpp"
#include "cuda/runtime/devices.hpp"
#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "cuda/view_memory.hpp"

namespace m2grl {
namespace {

using namespace cuda;  // NOLINT: this file joins its parts

constexpr std::size_t rounds_in_flight = 2;

/// What one round in flight reads from the host, and writes back to it.
struct round_slot {
  pinned_array<round_state> state{1};
  pinned_array<task_start> starts;
  pinned_array<task_round> outcome;
  event done;
  unique_handle<cudaGraphExec_t, cudaGraphExecDestroy> graph;
};

/// Tables that stay behind when their training has ended.
class kept_tables final : public device_embeddings {
 public:
  kept_tables(std::vector<device_tables>&& tables, const problem& p) : tables_(std::move(tables)) {
    int device = 0;
    check(cudaGetDevice(&device), "cudaGetDevice");
    for (std::size_t v = 0; v < tables_.size(); ++v) {
      const auto described = [&](device_table& t) {
        const table_ref ref = t.ref();
        return device_table_ref{ref.data, p.views[v].input.nodes, p.cfg.dim, ref.stride, p.cfg.precision, device};
      };
      const device_table_ref input = described(tables_[v].input);
      views_.push_back({input, p.cfg.tied ? input : described(tables_[v].output)});
    }
  }

 private:
  std::vector<device_tables> tables_;
};

class cuda_backend final : public backend {
 public:
  cuda_backend(const problem& p, const std::vector<std::uint64_t>& largest_slices, const cuda::memory_plan& plan,
               const train_options& options)
      : problem_(p),
        largest_slices_(largest_slices),
        keep_tables_(options.keep_on_device),
        learned_(initial_embeddings(p)),
        state_(1),
        starts_(p.tasks()),
        tasks_(std::span<const task_round>(initial_tasks())),
        run_on_(options.stream != nullptr ? options.stream : stream_.get()) {
    for (std::size_t v = 0; v < p.views.size(); ++v) {
      views_.push_back(std::make_unique<view_memory>(p, v, learned_.views[v], largest_slices[v], plan, stream_.get()));
    }
    moments_.resize(p.views.size());
    for (std::size_t v = 0; v < p.views.size(); ++v) {
      if (p.moves_by_adam(v)) moments_[v] = device_moments(p.views[v].input.nodes, padded_dim(p.cfg.dim));
    }
    if (!p.links.empty()) products_.emplace(stream_.get(), p.cfg.tf32);
    for (std::size_t l = 0; l < p.links.size(); ++l) {
      const link_task& link = p.links[l];
      links_.push_back(std::make_unique<link_trainer>(p, link, views_[link.input.from]->inputs(),
                                                      views_[link.input.to]->inputs(), learned_.relations[l],
                                                      moments_[link.input.from].ref(), moments_[link.input.to].ref()));
    }
    for (round_slot& slot : slots_) {
      slot.starts = pinned_array<task_start>(p.tasks());
      slot.outcome = pinned_array<task_round>(p.tasks());
    }
    learned_.tasks.resize(p.tasks());
  }
  cuda_backend(const cuda_backend&) = delete;
  cuda_backend& operator=(const cuda_backend&) = delete;
  ~cuda_backend() override { ignore(cudaStreamSynchronize(run_on_)); }  // nothing may outlive the tables

  void launch(const round_plan& plan) override {
    round_slot& slot = slots_[launched_ % rounds_in_flight];  // its last round has been waited for
    slot.state[0] = {plan.round, plan.epoch, static_cast<float>(plan.learning_rate), problem_.cfg.task_weight_rate};
    for (std::size_t t = 0; t < problem_.tasks(); ++t) {
      const task_slice& slice = plan.slices[t];
      slot.starts[t] = {{slice.first, slice.count}, slice.fixed_weight};
    }
    if (slot.graph == nullptr) slot.graph = captured(slot);
    check(cudaGraphLaunch(slot.graph.get(), run_on_), "cudaGraphLaunch of a round");
    slot.done.record(run_on_);
    ++launched_;
    downloaded_ = false;
  }

  round_outcome wait() override {
    const round_slot& slot = slots_[waited_++ % rounds_in_flight];
    slot.done.wait();
    round_outcome outcome;
    for (std::size_t t = 0; t < problem_.tasks(); ++t) {
      const task_round& task = slot.outcome.data()[t];
      kernel::loss_tally tally;
      tally.loss = static_cast<std::int64_t>(task.loss);
      tally.pairs = task.pairs;
      tally.non_finite = task.non_finite != 0;
      outcome.tallies.push_back(tally);
    }
    know_tasks(slot.outcome.data());
    return outcome;
  }

  const std::vector<task_state>& tasks() override { return learned_.tasks; }

  const embeddings& learned() override {
    if (downloaded_) return learned_;
    for (std::size_t v = 0; v < views_.size(); ++v) views_[v]->download(learned_.views[v], run_on_);
    for (std::size_t l = 0; l < links_.size(); ++l) links_[l]->download(learned_.relations[l], run_on_);
    if (problem_.cfg.tied) fill_outputs(learned_);
    downloaded_ = true;
    return learned_;
  }

  std::vector<state_part> state() override {
    std::vector<state_part> parts{{"tasks", tasks_.data(), tasks_.bytes()}};
    const auto add = [&](std::vector<state_part> more) {
      parts.insert(parts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    for (std::size_t v = 0; v < views_.size(); ++v) {
      add(views_[v]->state(v));
      add(moments_[v].state(v));
    }
    for (std::size_t l = 0; l < links_.size(); ++l) add(links_[l]->state(l));
    return parts;
  }
  void read_state(const state_part& part, void* to) override {
    copy_state(to, part.data, part.bytes, cudaMemcpyDeviceToHost);
  }
  void write_state(const state_part& part, const void* from) override {
    copy_state(part.data, from, part.bytes, cudaMemcpyHostToDevice);
    if (part.data == tasks_.data()) know_tasks(static_cast<const task_round*>(from));
    downloaded_ = false;
  }

  embeddings take() override {
    if (keep_tables_) {
      learned_.views.clear();
      for (std::size_t l = 0; l < links_.size(); ++l) links_[l]->download(learned_.relations[l], run_on_);
    } else {
      (void)learned();
    }
    return std::move(learned_);
  }

  std::shared_ptr<const device_embeddings> take_on_device() override {
    if (!keep_tables_) return nullptr;
    std::vector<device_tables> tables;
    for (auto& view : views_) tables.push_back(view->take());
    return std::make_shared<const kept_tables>(std::move(tables), problem_);
  }

 private:
  /// s_t and ŵ_t of the tasks [tasks], in host memory.
  void know_tasks(const task_round* tasks) {
    for (std::size_t t = 0; t < problem_.tasks(); ++t) {
      learned_.tasks[t].log_variance = tasks[t].log_variance;
      learned_.tasks[t].weight = tasks[t].weight;
    }
  }
  void copy_state(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    check(cudaMemcpyAsync(to, from, bytes, kind, run_on_), "cudaMemcpyAsync of a run's state");
    check(cudaStreamSynchronize(run_on_), "cudaStreamSynchronize");
  }

  /// s_t = 0, or as started with.
  [[nodiscard]] std::vector<task_round> initial_tasks() const {
    std::vector<task_round> tasks(problem_.tasks());
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      tasks[t].log_variance = learned_.tasks[t].log_variance;
    }
    return tasks;
  }

  /// The launches of one round as a graph that reads and writes the slot.
  [[nodiscard]] unique_handle<cudaGraphExec_t, cudaGraphExecDestroy> captured(round_slot& slot) {
    const cudaStream_t s = stream_.get();
    // Relaxed: the first call of a cuBLAS kernel may load its code.
    check(cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture");
    cudaGraph_t graph = nullptr;
    try {
      enqueue(slot);
    } catch (...) {
      ignore(cudaStreamEndCapture(s, &graph));
      if (graph != nullptr) ignore(cudaGraphDestroy(graph));
      throw;
    }
    check(cudaStreamEndCapture(s, &graph), "cudaStreamEndCapture");
    const unique_handle<cudaGraph_t, cudaGraphDestroy> owner(graph);
    cudaGraphExec_t executable = nullptr;
    check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    return unique_handle<cudaGraphExec_t, cudaGraphExecDestroy>(executable);
  }

  void enqueue(round_slot& slot) {
    const cudaStream_t s = stream_.get();
    const auto count = static_cast<std::uint32_t>(problem_.tasks());
    check(cudaMemcpyAsync(state_.data(), slot.state.data(), sizeof(round_state), cudaMemcpyHostToDevice, s),
          "cudaMemcpyAsync of a round's state");
    check(cudaMemcpyAsync(starts_.data(), slot.starts.data(), starts_.bytes(), cudaMemcpyHostToDevice, s),
          "cudaMemcpyAsync of a round's slices");
    launch_begin_round(tasks_.data(), count, starts_.data(), problem_.cfg.task_weights,
                       static_cast<std::uint32_t>(problem_.views.size()), s);
    for (std::size_t v = 0; v < views_.size(); ++v) views_[v]->enqueue(tasks_.data() + v, state_.data(), s);
    for (std::size_t l = 0; l < links_.size(); ++l) {
      const std::size_t t = views_.size() + l;
      links_[l]->enqueue(tasks_.data() + t, state_.data(), largest_slices_[t], *products_);
    }
    check(cudaMemcpyAsync(slot.outcome.data(), tasks_.data(), tasks_.bytes(), cudaMemcpyDeviceToHost, s),
          "cudaMemcpyAsync of a round's outcome");
  }

  const problem& problem_;
  std::vector<std::uint64_t> largest_slices_;
  bool keep_tables_;
  embeddings learned_;  // as last downloaded; names, s_t and ŵ_t as last waited for
  stream stream_;       // rounds are captured here: a caller's stream need not allow it
  device_array<round_state> state_;
  device_array<task_start> starts_;
  device_array<task_round> tasks_;
  cudaStream_t run_on_;  // the caller's stream, or stream_
  std::vector<std::unique_ptr<view_memory>> views_;
  std::vector<device_moments> moments_;  // [views] empty where no link moves a view's rows by Adam
  std::optional<blas> products_;         // of the links
  std::vector<std::unique_ptr<link_trainer>> links_;
  std::array<round_slot, rounds_in_flight> slots_;
  std::uint64_t launched_ = 0, waited_ = 0;
  bool downloaded_ = true;
};

}  // namespace

bool built_with_cuda() noexcept { return true; }

std::string why_no_gpu() {
  const device_search found = find_devices();
  return found.count > 0 ? "" : "no GPU can be used here (" + found.reason + ")";
}

std::unique_ptr<backend> make_cuda_backend(const problem& p, const std::vector<std::uint64_t>& largest_slices,
                                           const train_options& options) {
  forget_callers_error();
  const cuda::memory_plan plan = cuda::plan_memory(p, largest_slices, find_room());
  if (options.on_memory_plan) options.on_memory_plan(describe(plan));
  return std::make_unique<cuda_backend>(p, largest_slices, plan, options);
}

memory_lines describe_cuda_memory(const problem& p, const std::vector<std::uint64_t>& largest_slices) {
  forget_callers_error();
  return describe(cuda::plan_memory(p, largest_slices, find_room()));
}

std::vector<std::uint64_t> count_device_nodes(const view_input& view, const std::string& what, stream_handle stream) {
  forget_callers_error();
  return count_nodes(view, what, stream);
}

}  // namespace m2grl
