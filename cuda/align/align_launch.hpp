#pragma once
/// Launches of the alignment task's kernels. Grids depend on the capacities of `l` alone, so they can be captured once
/// for all rounds. Every function throws cuda_error where its launch is refused.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/align/link_batch.hpp"

namespace m2grl::cuda {

/// Draws the pairs of batch number `batch` of the round, and claims the rows they touch. Its state must be zero.
void launch_draw_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream);
/// X of both sides; clears G and the touches.
void launch_gather_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream);
/// P = f(P); nothing to launch where f is the identity.
void launch_activate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream);
/// Losses, touches, and G, the gradient of P.
void launch_train_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream);
/// G back through f; nothing to launch where f is the identity.
void launch_backpropagate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream);
/// The rows' steps D, which lie in X, to their tables; frees their slots.
void launch_scatter_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream);
/// W and b move; loss, pairs and flag join those of the round, whose last batch updates s_t.
void launch_step_relation(const link_batch& l, std::uint32_t batch, cudaStream_t stream);

}  // namespace m2grl::cuda
