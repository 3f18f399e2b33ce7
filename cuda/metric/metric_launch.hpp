#pragma once
/// Launches of the metric's kernels. Every function throws cuda_error where its launch is refused.

#include <cuda_runtime_api.h>

#include "cuda/grid.hpp"
#include "cuda/metric/metric_body.hpp"

namespace m2grl::cuda {

inline constexpr std::uint32_t metric_threads = 256;
inline constexpr std::uint32_t metric_warps = metric_threads / warp_lanes;

/// The batch's rows of x, and zeros in dz.
void launch_gather_metric_rows(const metric_batch& b, cudaStream_t stream);
/// Losses, and the gradient of z.
void launch_part_metric_pairs(const metric_batch& b, cudaStream_t stream);
/// One step of Adam.
void launch_move_metric(const metric_matrix& t, float rate, kernel::adam_correction undo, cudaStream_t stream);

}  // namespace m2grl::cuda
