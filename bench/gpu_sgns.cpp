// The SGNS bench on a GPU: positive pairs per second through the fused kernel, beside the device's own memory: copy,
// random rows read, and random rows read and added to, as many as the kernel touches.
#include <fmt/format.h>

#include <cmath>

#include "cuda/runtime/devices.hpp"
#include "cuda/runtime/handles.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "gpu/ceilings.hpp"
#include "gpu/timing.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t dim = 128;
constexpr std::uint32_t negatives = 5;
constexpr double row_bytes = dim * sizeof(float);
constexpr double start_loss = (1 + negatives) * 0.6931471805599453;  // all logits zero

struct setting {
  const char* name;
  std::uint32_t length;
  bool shrunk, past;
};

/// Tables and sequences of one case in device memory.
class gpu_case {
 public:
  gpu_case(std::uint32_t nodes, const setting& s, skew ids, std::uint64_t positions)
      : host_(random_sequences(positions / s.length, s.length, nodes, ids)),
        offsets_(std::span<const std::uint64_t>(host_.offsets)),
        ids_(std::span<const std::uint32_t>(host_.ids)),
        input_(std::size_t{nodes} * dim),
        output_(std::size_t{nodes} * dim),
        task_(1),
        round_(1) {
    launch_fill(input_.data(), input_.size(), 1.0f / dim, stream_.get());
    output_.zero(stream_.get());
    a_.options.negatives = negatives;
    a_.options.sampler.size = nodes;  // uniform
    a_.options.shrunk = s.shrunk;
    a_.options.past = s.past;
    a_.inputs = {input_.data(), dim, nullptr, nullptr};
    a_.outputs = {output_.data(), dim, nullptr, nullptr};
    a_.dim = dim;
    a_.sequences.offsets = offsets_.data();
    a_.sequences.ids = ids_.data();
    a_.sequences.rows = host_.size();
    a_.task = task_.data();
    a_.round = round_.data();
    grid_ = cuda::plan_sgns_grid(a_.options, dim, {}, host_.size());
  }

  /// One pass over the sequences; positive pairs per second.
  double epoch() {
    const cuda::task_round fresh{.slice = {0, host_.size()}};
    const cuda::round_state now{1, epoch_++, 0.025f, 0.05};
    cuda::check(cudaMemcpy(task_.data(), &fresh, sizeof(fresh), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaMemcpy(round_.data(), &now, sizeof(now), cudaMemcpyHostToDevice), "cudaMemcpy");
    const double seconds = seconds_on(stream_.get(), [&] { launch_sgns(a_, grid_, stream_.get()); });
    cuda::task_round after;
    task_.download({&after, 1}, stream_.get());
    check(after.non_finite == 0, "a logit was not finite");
    check(after.pairs > 0, "nothing was trained");
    pairs_ = static_cast<double>(after.pairs);
    const double loss = static_cast<double>(after.loss) * kernel::loss_unit / pairs_;
    if (first_loss_ == 0) first_loss_ = loss;
    last_loss_ = loss;
    return pairs_ / seconds;
  }

  /// The rows that an epoch reads and adds to, 1 + K for each centre and one for each position, at the rate at which
  /// the device reads and adds to random rows; in pairs per second.
  double roof() {
    const std::uint64_t rows = ids_.size();
    const double seconds =
        seconds_on(stream_.get(), [&] { launch_gather_add(output_.data(), ids_.data(), rows, 0.0f, stream_.get()); });
    const double rows_per_pair = (2.0 + negatives) * static_cast<double>(rows) / pairs_;
    return static_cast<double>(rows) / seconds / rows_per_pair;
  }

  void validate() const {
    check(first_loss_ > 0 && first_loss_ < start_loss + 1e-3, fmt::format("the first epoch's loss is {}", first_loss_));
    check(last_loss_ < first_loss_, fmt::format("the loss rose from {} to {}", first_loss_, last_loss_));
  }
  [[nodiscard]] std::map<std::string, double> details() const {
    const double rows = (2.0 + negatives) * static_cast<double>(ids_.size());
    return {{"pairs", pairs_},           {"bytes_per_pair", 2 * row_bytes * rows / pairs_},
            {"warps", grid_.warps()},    {"shared_bytes_per_block", static_cast<double>(grid_.shared_bytes)},
            {"first_loss", first_loss_}, {"last_loss", last_loss_}};
  }

 private:
  ragged host_;
  cuda::stream stream_;
  cuda::device_array<std::uint64_t> offsets_;
  cuda::device_array<std::uint32_t> ids_;
  cuda::device_array<float> input_, output_;
  cuda::device_array<cuda::task_round> task_;
  cuda::device_array<cuda::round_state> round_;
  cuda::sgns_arguments a_;
  cuda::sgns_grid grid_;
  std::uint32_t epoch_ = 0;
  double pairs_ = 0, first_loss_ = 0, last_loss_ = 0;
};

/// Bytes per second that a copy moves, both ways counted.
void measure_copy(const options& o, report& r) {
  if (!r.wants("copy")) return;
  const auto floats = static_cast<std::uint64_t>(double(std::uint64_t{1} << 29) * o.size);
  const cuda::stream s;
  cuda::device_array<float> from(floats), to(floats);
  launch_fill(from.data(), floats, 1, s.get());
  r.add(measure("copy", "B/s", o.runs, [&] {
    return 2.0 * static_cast<double>(from.bytes()) /
           seconds_on(s.get(), [&] { launch_copy(from.data(), to.data(), floats, s.get()); });
  }));
}

void body(const options& o, report& r) {
  const cuda::device_search found = cuda::find_devices();
  if (found.count == 0) throw std::runtime_error("not run: no GPU can be used here (" + found.reason + ")");
  measure_copy(o, r);
  const auto nodes = static_cast<std::uint32_t>(10e6 * std::min(1.0, o.size));
  for (const setting& s : {setting{"", 40, false, false}, {"short_", 8, true, true}}) {
    for (const skew ids : {skew::uniform, skew::zipf}) {
      const std::string name = fmt::format("{}{}_10M_fp32", s.name, ids == skew::uniform ? "uniform" : "zipf");
      if (!r.wants(name)) continue;
      gpu_case c(nodes, s, ids, static_cast<std::uint64_t>(40e6 * o.size));
      (void)c.epoch();
      figure f = compare(
          name, "pairs/s", o.runs, [&] { return c.epoch(); }, "random rows read and added to",
          [&] { return c.roof(); });
      c.validate();
      if (ids == skew::uniform && s.length == 40) f.target_value = 3e9;
      f.details = c.details();
      r.add(std::move(f));
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "gpu_sgns", body); }
