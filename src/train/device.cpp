#include "train/device.hpp"

#include <fmt/format.h>

#include "m2grl/error.hpp"

namespace m2grl {

device_kind find_device(device_kind wanted) {
  if (wanted == device_kind::cpu) return device_kind::cpu;
  const std::string reason = why_no_gpu();
  if (reason.empty()) return device_kind::cuda;
  if (wanted == device_kind::automatic) return device_kind::cpu;
  throw invalid_input(fmt::format("device cuda: {}; use device cpu or auto", reason));
}

device_kind resolve_device(device_kind wanted, const train_config& cfg) {
  const device_kind found = find_device(wanted);
  if (found == device_kind::cpu && cfg.precision == table_precision::bf16) {
    throw invalid_input("train.precision is bf16, but training would run on the CPU, which has fp32 only");
  }
  return found;
}

round_limits limits_of(device_kind device) {
  // Four million positions give every warp of a large GPU some fifty sequences of a round.
  return device == device_kind::cuda ? round_limits{std::uint64_t{1} << 22, 2} : round_limits{};
}

std::unique_ptr<backend> make_backend(device_kind device, const problem& p, const schedule& s,
                                      const train_options& options) {
  return device == device_kind::cuda ? make_cuda_backend(p, s.largest_slices(), options) : make_cpu_backend(p);
}

memory_lines describe_memory(device_kind device, const problem& p, const schedule& s) {
  return device == device_kind::cuda ? describe_cuda_memory(p, s.largest_slices()) : memory_lines{};
}

}  // namespace m2grl
