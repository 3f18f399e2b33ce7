#pragma once
/// Which backend a run takes.

#include <memory>

#include "m2grl/trainer.hpp"
#include "train/backend.hpp"
#include "train/schedule.hpp"

namespace m2grl {

/// `device` is cpu or cuda.
[[nodiscard]] round_limits limits_of(device_kind device);
[[nodiscard]] std::unique_ptr<backend> make_backend(device_kind device, const problem& p, const schedule& s);

}  // namespace m2grl
