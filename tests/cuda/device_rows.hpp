#pragma once
/// The SGNS kernel itself, one warp, for the tests of the sequence trainer's body.

#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "train/body.hpp"

namespace support {

/// A host array between sentinels, copied to the device and back with them.
class mirrored {
 public:
  mirrored(float* host, std::size_t size, std::size_t guard)
      : host_(host - guard), size_(size + 2 * guard), guard_(guard), device_(std::span<const float>(host_, size_)) {}
  [[nodiscard]] float* data() { return device_.data() + guard_; }
  void bring_back(cudaStream_t stream) { device_.download({host_, size_}, stream); }

 private:
  float* host_;
  std::size_t size_, guard_;
  m2grl::cuda::device_array<float> device_;
};

/// Sequences come as walks, which the kernel takes in their order and by their numbers.
struct walk_buffers {
  m2grl::cuda::device_array<std::uint32_t> nodes, lengths;
  m2grl::cuda::device_array<std::uint64_t> numbers;
  std::uint32_t longest = 1;

  explicit walk_buffers(m2grl::ragged_ref sequences) {
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      longest = std::max(longest, static_cast<std::uint32_t>(sequences[s].size()));
    }
    std::vector<std::uint32_t> host_nodes(sequences.size() * longest, 0), host_lengths;
    std::vector<std::uint64_t> host_numbers;
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      std::copy(sequences[s].begin(), sequences[s].end(),
                host_nodes.begin() + static_cast<std::ptrdiff_t>(s * longest));
      host_lengths.push_back(static_cast<std::uint32_t>(sequences[s].size()));
      host_numbers.push_back(s);
    }
    nodes = m2grl::cuda::device_array<std::uint32_t>(std::span<const std::uint32_t>(host_nodes));
    lengths = m2grl::cuda::device_array<std::uint32_t>(std::span<const std::uint32_t>(host_lengths));
    numbers = m2grl::cuda::device_array<std::uint64_t>(std::span<const std::uint64_t>(host_numbers));
  }
};

struct device_rows {
  static constexpr reference::staging staging = reference::staging::ring;
  static constexpr std::size_t guard = 16;  // of guarded_rows' state; a table has a sentinel row

  static m2grl::kernel::loss_tally train(const m2grl::cpu::table_rows& in, const m2grl::cpu::table_rows& out,
                                         std::size_t nodes, std::uint32_t dim, const m2grl::kernel::sgns_options& o,
                                         float rate, m2grl::ragged_ref sequences) {
    using namespace m2grl::cuda;
    const stream s;
    std::vector<std::unique_ptr<mirrored>> mirrors;
    const auto mirror = [&](float* host, std::size_t size, std::size_t around) -> float* {
      if (host == nullptr) return nullptr;
      mirrors.push_back(std::make_unique<mirrored>(host, size, around));
      return mirrors.back()->data();
    };
    const auto on_device = [&](const m2grl::cpu::table_rows& t) {
      return table_ref{mirror(t.data, nodes * t.stride, t.stride), t.stride,
                       mirror(const_cast<float*>(t.factors), nodes, guard), mirror(t.squares, nodes, guard)};
    };
    const walk_buffers walks(sequences);
    const bool uniform = o.sampler.entries == nullptr;
    device_array<m2grl::kernel::alias_entry> noise(std::span(o.sampler.entries, uniform ? 0 : o.sampler.size));
    device_array<std::uint32_t> keep(std::span(o.keep, o.keep == nullptr ? 0 : nodes));

    sgns_arguments a;
    a.options = o;
    a.options.sampler.entries = noise.data();
    a.options.keep = keep.empty() ? nullptr : keep.data();
    a.inputs = on_device(in);
    a.outputs = on_device(out);
    a.dim = dim;
    a.sequences = {
        nullptr,      nullptr, sequences.size(), walks.nodes.data(), walks.lengths.data(), walks.numbers.data(),
        walks.longest};
    const task_round fresh{.slice = {0, sequences.size()}};
    device_array<task_round> task(std::span<const task_round>(&fresh, 1));
    const round_state now{0, o.epoch, rate, 0.05};
    const device_array<round_state> round(std::span<const round_state>(&now, 1));
    a.task = task.data();
    a.round = round.data();
    launch_sgns(a, plan_sgns_grid(o, dim, {in.squares != nullptr, false}, 0), s.get());
    s.wait();
    for (const auto& m : mirrors) m->bring_back(s.get());
    task_round after;
    task.download({&after, 1}, s.get());
    m2grl::kernel::loss_tally tally;
    tally.loss = static_cast<std::int64_t>(after.loss);
    tally.pairs = after.pairs;
    tally.non_finite = after.non_finite != 0;
    if (tally.pairs > 0) {  // the launch's last warp started s_t at its optimum
      CHECK(after.log_variance == Approx(m2grl::kernel::updated_log_variance(0, tally.mean(), 0.05, true)));
    }
    return tally;
  }
};

}  // namespace support
