#pragma once
/// Launch of the selection kernel.

#include <cuda_runtime_api.h>

#include "cuda/search/select_body.hpp"

namespace m2grl::cuda {

/// Merges what the block holds into the lists. k is at most most_selected.
void launch_selection(const select_task& task, cudaStream_t stream);

}  // namespace m2grl::cuda
