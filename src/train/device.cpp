#include "train/device.hpp"

#include <fmt/format.h>

#include "m2grl/error.hpp"
#ifdef M2GRL_HAS_CUDA
#include "cuda/runtime/devices.hpp"
#endif

namespace m2grl {

namespace {

device_kind found_device(device_kind wanted) {
#ifdef M2GRL_HAS_CUDA
  if (wanted == device_kind::cpu) return device_kind::cpu;
  const cuda::device_search found = cuda::find_devices();
  if (found.count > 0) return device_kind::cuda;
  if (wanted == device_kind::cuda) {
    throw invalid_input(fmt::format("device cuda: no GPU can be used here ({}); use device cpu or auto", found.reason));
  }
#else
  if (wanted == device_kind::cuda) {
    throw invalid_input("device cuda: this m2grl was built without the CUDA backend; use device cpu or auto");
  }
#endif
  return device_kind::cpu;
}

}  // namespace

bool built_with_cuda() noexcept {
#ifdef M2GRL_HAS_CUDA
  return true;
#else
  return false;
#endif
}

device_kind resolve_device(device_kind wanted, const train_config& cfg) {
  const device_kind found = found_device(wanted);
  if (found == device_kind::cpu && cfg.precision == table_precision::bf16) {
    throw invalid_input("train.precision is bf16, but training would run on the CPU, which has fp32 only");
  }
  return found;
}

round_limits limits_of(device_kind device) {
  // Four million positions give every warp of a large GPU some fifty sequences of a round.
  return device == device_kind::cuda ? round_limits{std::uint64_t{1} << 22, 2} : round_limits{};
}

std::unique_ptr<backend> make_backend(device_kind device, const problem& p, [[maybe_unused]] const schedule& s,
                                      [[maybe_unused]] const train_options& options) {
#ifdef M2GRL_HAS_CUDA
  if (device == device_kind::cuda) return make_cuda_backend(p, s.largest_slices(), options.on_memory_plan);
#endif
  (void)device;
  return make_cpu_backend(p);
}

memory_lines describe_memory([[maybe_unused]] device_kind device, [[maybe_unused]] const problem& p,
                             [[maybe_unused]] const schedule& s) {
#ifdef M2GRL_HAS_CUDA
  if (device == device_kind::cuda) return describe_cuda_memory(p, s.largest_slices());
#endif
  return {};
}

}  // namespace m2grl
