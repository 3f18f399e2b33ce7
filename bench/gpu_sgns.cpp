// The SGNS bench on a GPU: positive pairs per second through the fused kernel, beside the device's own memory: copy,
// random rows read, and random rows read and added to, as many as the kernel touches.
#include <fmt/format.h>

#include <cmath>

#include "cuda/runtime/handles.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "gpu/cases.hpp"
#include "gpu/ceilings.hpp"
#include "gpu/timing.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "train/samplers.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t dim = ceiling_row, radius = 5, negatives = 5;
constexpr double start_loss = (1 + negatives) * 0.6931471805599453;  // all logits zero
// Inputs uniform in ±1/16: the library's own ±1/256 are so small that a bench's few epochs hardly move the loss.
constexpr float input_scale = 16.0f / dim;

struct setting {
  const char* name;
  std::uint32_t length;
  bool shrunk, past;
};

struct row_kind {
  const char* name;
  bool bf16, adagrad;
  double target;  ///< pairs/s of uniform ids, sequences of 40; 0: none

  [[nodiscard]] double row_bytes() const { return dim * (bf16 ? sizeof(cuda::bf16) : sizeof(float)); }
};
constexpr row_kind row_kinds[] = {
    {"fp32", false, false, 3e9}, {"bf16", true, false, 5e9}, {"fp32_adagrad", false, true, 0}};

/// Sequences, and how often each id occurs.
struct corpus {
  corpus(std::uint32_t node_count, const setting& s, skew ids, std::uint64_t positions)
      : nodes(node_count), sequences(random_sequences(positions / s.length, s.length, node_count, ids)), counts(nodes) {
    for (const node_id id : sequences.ids) ++counts[id];
  }
  std::uint32_t nodes;
  ragged sequences;
  std::vector<std::uint64_t> counts;
};

/// Positive pairs of an epoch: exact for fixed windows, expected for shrunk ones.
double expected_pairs(const setting& s, std::uint64_t sequences) {
  double pairs = 0;
  for (std::uint32_t r = s.shrunk ? 1 : radius; r <= radius; ++r) {
    for (std::uint32_t d = 1; d <= r; ++d) pairs += s.length - d;
  }
  return pairs * (s.past ? 1 : 2) / (s.shrunk ? radius : 1) * static_cast<double>(sequences);
}

/// A table [nodes, dim] in device memory, with the factors of hot rows and, for AdaGrad, the accumulators.
class device_rows {
 public:
  device_rows(std::uint32_t nodes, const row_kind& kind, std::span<const float> factors)
      : kind_(kind),
        fp32_(kind.bf16 ? 0 : std::size_t{nodes} * dim),
        bf16_(kind.bf16 ? std::size_t{nodes} * dim : 0),
        squares_(kind.adagrad ? nodes : 0),
        factors_(factors) {}

  void fill(float scale, cudaStream_t stream) {
    if (!fp32_.empty()) launch_fill(fp32_.data(), fp32_.size(), scale, stream);
    if (!bf16_.empty()) launch_fill(bf16_.data(), bf16_.size(), scale, stream);
    if (!squares_.empty()) squares_.zero(stream);
  }
  void gather_add(const cuda::device_array<std::uint32_t>& ids, cudaStream_t stream) {
    if (!fp32_.empty()) launch_gather_add(fp32_.data(), ids.data(), ids.size(), 0, stream);
    if (!bf16_.empty()) launch_gather_add(bf16_.data(), ids.data(), ids.size(), 0, stream);
  }
  [[nodiscard]] cuda::table_ref ref() {
    return {kind_.bf16 ? static_cast<void*>(bf16_.data()) : fp32_.data(), dim,
            factors_.empty() ? nullptr : factors_.data(), squares_.empty() ? nullptr : squares_.data(), kind_.bf16};
  }

 private:
  row_kind kind_;
  cuda::device_array<float> fp32_;
  cuda::device_array<cuda::bf16> bf16_;
  cuda::device_array<float> squares_, factors_;
};

kernel::sgns_options options_of(const setting& s, std::uint32_t nodes) {
  kernel::sgns_options o;
  o.radius = radius;
  o.negatives = negatives;
  o.sampler.size = nodes;  // uniform
  o.shrunk = s.shrunk;
  o.past = s.past;
  return o;
}

/// As the backend damps them for as many workers as the grid has warps.
hot_row_factors damped(const corpus& c, const setting& s, std::uint32_t warps) {
  train_config cfg;
  cfg.window = radius;
  cfg.negatives = negatives;
  cfg.size = s.shrunk ? window_size::shrunk : window_size::fixed;
  cfg.side = s.past ? window_side::past : window_side::both;
  const std::vector<double> noise(c.nodes, 1.0 / c.nodes);
  return hot_rows(c.counts, noise, radius, negatives, warps, capacity_of(cfg));
}

/// One case: tables and sequences in device memory.
class gpu_case {
 public:
  gpu_case(const corpus& c, const setting& s, const row_kind& kind)
      : setting_(s),
        kind_(kind),
        sequences_(c.sequences.size()),
        offsets_(std::span<const std::uint64_t>(c.sequences.offsets)),
        ids_(std::span<const std::uint32_t>(c.sequences.ids)),
        task_(1),
        round_(1),
        grid_(cuda::plan_sgns_grid(options_of(s, c.nodes), dim, {kind.adagrad, kind.bf16}, sequences_)),
        hot_(damped(c, s, grid_.warps())),
        input_(c.nodes, kind, hot_.input),
        output_(c.nodes, kind, hot_.output) {
    input_.fill(input_scale, stream_.get());
    output_.fill(0, stream_.get());
    a_.options = options_of(s, c.nodes);
    a_.inputs = input_.ref();
    a_.outputs = output_.ref();
    a_.dim = dim;
    a_.sequences.offsets = offsets_.data();
    a_.sequences.ids = ids_.data();
    a_.sequences.rows = sequences_;
    a_.task = task_.data();
    a_.round = round_.data();
  }

  /// One pass over the sequences; positive pairs per second.
  double epoch() {
    const cuda::task_round fresh{.slice = {0, sequences_}};
    const cuda::round_state now{std::uint64_t{epoch_} + 1, epoch_, 0.025f, 0.05};
    ++epoch_;
    cuda::check(cudaMemcpy(task_.data(), &fresh, sizeof(fresh), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaMemcpy(round_.data(), &now, sizeof(now), cudaMemcpyHostToDevice), "cudaMemcpy");
    cuda::check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
    const double seconds = seconds_on(stream_.get(), [&] { launch_sgns(a_, grid_, stream_.get()); });
    cuda::task_round after;
    task_.download({&after, 1}, stream_.get());
    check(after.non_finite == 0, fmt::format("a logit of epoch {} was not finite", now.epoch));
    check(after.pairs > 0, "nothing was trained");
    pairs_ = static_cast<double>(after.pairs);
    last_loss_ = static_cast<double>(static_cast<std::int64_t>(after.loss)) * kernel::loss_unit / pairs_;
    if (epoch_ == 1) first_loss_ = last_loss_;
    return pairs_ / seconds;
  }

  /// The rows that an epoch reads and adds to, 1 + K for each centre and one for each position, at the rate at which
  /// the device reads and adds to random rows; in pairs per second.
  double roof() {
    const double seconds = seconds_on(stream_.get(), [&] { output_.gather_add(ids_, stream_.get()); });
    return static_cast<double>(ids_.size()) / seconds * pairs_ / rows();
  }

  /// All logits are zero at first, so the first epoch's loss begins at the known value and falls from there.
  void validate(skew ids) const {
    const double expected = expected_pairs(setting_, sequences_);
    const double noise = setting_.shrunk ? 3 / std::sqrt(static_cast<double>(sequences_)) : 0;
    check(std::abs(pairs_ / expected - 1) <= noise, fmt::format("{} pairs were trained, not {}", pairs_, expected));
    const double least = ids == skew::uniform && !kind_.adagrad ? 0.9 * start_loss : 0;  // elsewhere it falls at once
    check(first_loss_ > least && first_loss_ < 1.001 * start_loss,
          fmt::format("the first epoch's loss is {}, not within {} … {}", first_loss_, least, 1.001 * start_loss));
    check(last_loss_ < first_loss_, fmt::format("the loss rose from {} to {}", first_loss_, last_loss_));
  }
  /// `copy`: bytes per second.
  [[nodiscard]] std::map<std::string, double> details(double rate, double copy) const {
    const double bytes_per_pair = 2 * kind_.row_bytes() * rows() / pairs_;
    return {{"pairs", pairs_},
            {"bytes_per_pair", bytes_per_pair},
            {"share_of_copy", copy > 0 ? rate * bytes_per_pair / copy : 0},
            {"warps", grid_.warps()},
            {"shared_bytes_per_block", static_cast<double>(grid_.shared_bytes)},
            {"hot_rows_damped", hot_.input.empty() ? 0 : 1},
            {"first_loss", first_loss_},
            {"last_loss", last_loss_}};
  }

 private:
  /// Of an epoch, each read once and added to once.
  [[nodiscard]] double rows() const { return (2.0 + negatives) * static_cast<double>(ids_.size()); }

  setting setting_;
  row_kind kind_;
  std::uint64_t sequences_;
  cuda::stream stream_;
  cuda::device_array<std::uint64_t> offsets_;
  cuda::device_array<std::uint32_t> ids_;
  cuda::device_array<cuda::task_round> task_;
  cuda::device_array<cuda::round_state> round_;
  cuda::sgns_grid grid_;
  hot_row_factors hot_;
  device_rows input_, output_;
  cuda::sgns_arguments a_;
  std::uint32_t epoch_ = 0;
  double pairs_ = 0, first_loss_ = 0, last_loss_ = 0;
};

/// Bytes per second that a copy moves, both ways counted.
double measure_copy(const options& o, report& r) {
  const auto floats = static_cast<std::uint64_t>(double(std::uint64_t{1} << 29) * o.size);
  const cuda::stream s;
  cuda::device_array<float> from(floats), to(floats);
  launch_fill(from.data(), floats, 1, s.get());
  r.add(measure("copy", "B/s", o.runs, [&] {
    return 2.0 * static_cast<double>(from.bytes()) /
           seconds_on(s.get(), [&] { launch_copy(from.data(), to.data(), floats, s.get()); });
  }));
  return r.value_of("copy");
}

/// Bytes per second of random rows that are only read.
void measure_gather(const corpus& c, const options& o, report& r) {
  const cuda::stream s;
  cuda::device_array<float> rows(std::size_t{c.nodes} * dim), sink(1);
  const cuda::device_array<std::uint32_t> ids(std::span<const std::uint32_t>(c.sequences.ids));
  launch_fill(rows.data(), rows.size(), 1, s.get());
  r.add(measure("gather_512B", "B/s", o.runs, [&] {
    return static_cast<double>(ids.size()) * dim * sizeof(float) /
           seconds_on(s.get(), [&] { launch_gather(rows.data(), ids.data(), ids.size(), sink.data(), s.get()); });
  }));
}

void measure_case(const std::string& name, const corpus& c, const setting& s, skew ids, const row_kind& kind,
                  const options& o, report& r) {
  gpu_case g(c, s, kind);
  (void)g.epoch();
  figure f = compare(
      name, "pairs/s", o.runs, [&] { return g.epoch(); }, "random rows read and added to", [&] { return g.roof(); });
  g.validate(ids);
  r.validated(name + ": pairs as many as there are, the first epoch's loss near its known value, later ones below it");
  if (ids == skew::uniform && s.length == 40) f.target_value = kind.target;
  f.details = g.details(f.value, r.value_of("copy"));
  r.add(std::move(f));
}

void body(const options& o, report& r) {
  need_gpu();
  case_list cases(r);
  (void)measure_copy(o, r);  // every case is compared with it
  const auto nodes = static_cast<std::uint32_t>(10e6 * std::min(1.0, o.size));
  for (const setting& s : {setting{"", 40, false, false}, {"short_", 8, true, true}}) {
    for (const skew ids : {skew::uniform, skew::zipf}) {
      const corpus c(nodes, s, ids, static_cast<std::uint64_t>(40e6 * o.size));
      if (s.length == 40 && ids == skew::uniform) cases.run("gather_512B", [&] { measure_gather(c, o, r); });
      for (const row_kind& kind : row_kinds) {
        const std::string name =
            fmt::format("{}{}_10M_{}", s.name, ids == skew::uniform ? "uniform" : "zipf", kind.name);
        cases.run(name, [&] { measure_case(name, c, s, ids, kind, o, r); });
      }
    }
  }
  cases.finish();
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "gpu_sgns", body); }
