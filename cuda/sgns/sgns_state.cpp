#include "cuda/sgns/sgns_state.hpp"

#include <fmt/format.h>

#include "train/samplers.hpp"

namespace m2grl::cuda {
namespace {

device_array<float> zeros(std::size_t size) {
  device_array<float> values(size);
  if (size > 0) check(cudaMemset(values.data(), 0, values.bytes()), "cudaMemset");
  return values;
}

}  // namespace

sgns_state::sgns_state(const problem& p, std::size_t v, const table_ref& input, const table_ref& output,
                       std::uint64_t sequences) {
  const view_task& task = p.views[v];
  arguments_.options = task.options(p.cfg, 0);
  arguments_.dim = p.cfg.dim;
  arguments_.inputs = input;
  arguments_.outputs = output;
  const sgns_variant variant{p.cfg.optimizer == optimizer_kind::adagrad, p.cfg.precision == table_precision::bf16};
  grid_ = plan_sgns_grid(arguments_.options, p.cfg.dim, variant, p.cfg.deterministic ? 0 : sequences);
  off_chip_ = device_array<unsigned char>(grid_.off_chip_bytes);
  arguments_.off_chip = off_chip_.data();
  place_samplers(task);
  place_rows(p, task);
  // Training runs on a stream that does not wait for the default stream, on which all this was enqueued.
  check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
}

std::vector<state_part> sgns_state::state(std::size_t v) {
  std::vector<state_part> parts;
  const auto add = [&](const char* name, device_array<float>& values) {
    if (!values.empty()) parts.push_back({fmt::format("view.{}.{}", v, name), values.data(), values.bytes()});
  };
  add("input_squares", input_squares_);
  add("output_squares", output_squares_);
  return parts;
}

void sgns_state::place_samplers(const view_task& task) {
  const kernel::alias_sampler_ref noise = task.noise.ref();
  if (noise.entries != nullptr) noise_ = device_array<kernel::alias_entry>(std::span(noise.entries, noise.size));
  keep_ = device_array<std::uint32_t>(std::span<const std::uint32_t>(task.keep));
  arguments_.options.sampler.entries = noise_.data();
  arguments_.options.keep = keep_.data();
}

/// Factors of hot rows for as many workers as the grid has warps, and AdaGrad's accumulators.
void sgns_state::place_rows(const problem& p, const view_task& task) {
  const auto noise = negative_probabilities(task.counts, p.cfg.sampler, p.cfg.alpha);
  const hot_row_factors hot = hot_rows(task.counts, noise, p.cfg.window, p.cfg.negatives,
                                       static_cast<double>(grid_.warps()), capacity_of(p.cfg), p.cfg.tied);
  input_factors_ = device_array<float>(std::span<const float>(hot.input));
  output_factors_ = device_array<float>(std::span<const float>(hot.output));
  const std::size_t accumulators = grid_.variant.adagrad ? task.input.nodes : 0;
  input_squares_ = zeros(accumulators);
  if (!p.cfg.tied) output_squares_ = zeros(accumulators);
  arguments_.inputs.factors = input_factors_.data();
  arguments_.inputs.squares = input_squares_.data();
  arguments_.outputs.factors = output_factors_.data();
  arguments_.outputs.squares = p.cfg.tied ? input_squares_.data() : output_squares_.data();
}

}  // namespace m2grl::cuda
