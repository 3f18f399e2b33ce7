#pragma once
/// Launches as one graph, as the backend runs its rounds.

#include <cuda_runtime_api.h>

#include "cuda/runtime/handles.hpp"

namespace m2grl::bench {

using captured_graph = cuda::unique_handle<cudaGraphExec_t, cudaGraphExecDestroy>;

/// What enqueue() puts on the stream. Throws cuda_error; an exception of enqueue() passes through.
template <class Function>
[[nodiscard]] captured_graph capture(cudaStream_t stream, Function&& enqueue) {
  // Relaxed: the first call of a cuBLAS kernel may load its code.
  cuda::check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    enqueue();
  } catch (...) {
    (void)cudaStreamEndCapture(stream, &graph);
    if (graph != nullptr) (void)cudaGraphDestroy(graph);
    throw;
  }
  cuda::check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  const cuda::unique_handle<cudaGraph_t, cudaGraphDestroy> owner(graph);
  cudaGraphExec_t executable = nullptr;
  cuda::check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
  return captured_graph(executable);
}

}  // namespace m2grl::bench
