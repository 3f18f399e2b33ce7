#pragma once
/// Which device a run takes, and its backend.

#include <memory>

#include "m2grl/trainer.hpp"
#include "train/backend.hpp"
#include "train/schedule.hpp"

namespace m2grl {

/// What `wanted` comes to on this machine, cpu or cuda. Throws invalid_input where cuda is wanted and cannot be had.
[[nodiscard]] device_kind find_device(device_kind wanted);
/// `device` is cpu or cuda.
[[nodiscard]] round_limits limits_of(device_kind device);
/// `options.on_memory_plan` is called where the device is a GPU.
[[nodiscard]] std::unique_ptr<backend> make_backend(device_kind device, const problem& p, const schedule& s,
                                                    const train_options& options);
/// Empty for the CPU.
[[nodiscard]] memory_lines describe_memory(device_kind device, const problem& p, const schedule& s);

}  // namespace m2grl
