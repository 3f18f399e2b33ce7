/// Doubles of the runtime's functions for streams, events, graphs, kernels and errors.
#include <utility>

#include "state.hpp"

using namespace emulated;

namespace {

cudaError_t no_such(const char* what) {
  report(std::string("a call names ") + what + " that does not exist");
  return remember(cudaErrorInvalidResourceHandle);
}

template <class Registry, class Handle>
cudaError_t destroy(Registry& all, Handle handle, const char* call, const char* what) {
  const bool failing = fails(call);
  if (!all.destroy(handle)) return no_such(what);
  return failing ? remember(cudaErrorUnknown) : cudaSuccess;
}

struct named_error {
  cudaError_t status;
  const char *name, *text;
};
constexpr named_error named_errors[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorUnknown, "cudaErrorUnknown", "unknown error"},
};
const named_error& named(cudaError_t status) {
  static constexpr named_error other{cudaErrorUnknown, "cudaErrorOther", "an error without a name here"};
  for (const named_error& e : named_errors) {
    if (e.status == status) return e;
  }
  return other;
}

}  // namespace

extern "C" {

cudaError_t CUDARTAPI cudaGetLastError() { return std::exchange(state().last_error, cudaSuccess); }
const char* CUDARTAPI cudaGetErrorName(cudaError_t status) { return named(status).name; }
const char* CUDARTAPI cudaGetErrorString(cudaError_t status) { return named(status).text; }

cudaError_t CUDARTAPI cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (fails("cudaStreamCreateWithFlags")) return remember(cudaErrorUnknown);
  if (flags != cudaStreamNonBlocking) {
    report("streams that wait for the default stream are not emulated");
    return remember(cudaErrorNotSupported);
  }
  *stream = state().streams.create();
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaStreamDestroy(cudaStream_t stream) {
  if (stream_state* found = state().streams.find(stream); found != nullptr) state().run(*found);
  return destroy(state().streams, stream, "cudaStreamDestroy", "a stream");
}

cudaError_t CUDARTAPI cudaStreamSynchronize(cudaStream_t stream) {
  const bool failing = fails("cudaStreamSynchronize");
  stream_state* found = state().find_stream(stream);
  if (found == nullptr) return no_such("a stream");
  if (found->captured != nullptr) {
    found->broken = true;
    report("cudaStreamSynchronize was called on a stream that is being captured");
    return remember(cudaErrorStreamCaptureUnsupported);
  }
  state().run(*found);
  return failing ? remember(cudaErrorUnknown) : cudaSuccess;
}

cudaError_t CUDARTAPI cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (fails("cudaStreamBeginCapture")) return remember(cudaErrorUnknown);
  stream_state* found = state().streams.find(stream);
  if (found == nullptr) return no_such("a stream");
  if (found->captured != nullptr) return remember(cudaErrorIllegalState);
  found->captured = std::make_shared<std::vector<work>>();
  found->broken = false;
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const bool failing = fails("cudaStreamEndCapture");
  *graph = nullptr;
  stream_state* found = state().streams.find(stream);
  if (found == nullptr) return no_such("a stream");
  const recording works = std::exchange(found->captured, nullptr);
  if (works == nullptr) return remember(cudaErrorIllegalState);
  if (found->broken) return remember(cudaErrorStreamCaptureInvalidated);
  if (failing) return remember(cudaErrorUnknown);
  *graph = state().graphs.create();
  state().graphs.find(*graph)->works = works;
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  if (fails("cudaGraphInstantiate")) return remember(cudaErrorUnknown);
  const graph_state* found = state().graphs.find(graph);
  if (found == nullptr) return no_such("a graph");
  *executable = state().executables.create();
  *state().executables.find(*executable) = *found;
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaGraphDestroy(cudaGraph_t graph) {
  return destroy(state().graphs, graph, "cudaGraphDestroy", "a graph");
}

cudaError_t CUDARTAPI cudaGraphExecDestroy(cudaGraphExec_t executable) {
  return destroy(state().executables, executable, "cudaGraphExecDestroy", "an executable graph");
}

cudaError_t CUDARTAPI cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  if (fails("cudaGraphLaunch")) return remember(cudaErrorUnknown);
  const graph_state* found = state().executables.find(executable);
  if (found == nullptr) return no_such("an executable graph");
  const recording works = found->works;
  const bool known = enqueue(stream, [works] {
    for (const work& w : *works) w();
  });
  return known ? cudaSuccess : remember(cudaErrorInvalidResourceHandle);
}

cudaError_t CUDARTAPI cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  if (fails("cudaEventCreateWithFlags")) return remember(cudaErrorUnknown);
  *event = state().events.create();
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaEventDestroy(cudaEvent_t event) {
  return destroy(state().events, event, "cudaEventDestroy", "an event");
}

cudaError_t CUDARTAPI cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (fails("cudaEventRecord")) return remember(cudaErrorUnknown);
  event_state* found = state().events.find(event);
  if (found == nullptr) return no_such("an event");
  if (is_capturing(stream)) {
    report("events of a captured stream are not emulated");
    return remember(cudaErrorNotSupported);
  }
  found->recorded_on = state().find_stream(stream);
  found->reached = std::make_shared<bool>(false);
  const bool known = enqueue(stream, [reached = found->reached] { *reached = true; });
  return known ? cudaSuccess : remember(cudaErrorInvalidResourceHandle);
}

cudaError_t CUDARTAPI cudaEventSynchronize(cudaEvent_t event) {
  const bool failing = fails("cudaEventSynchronize");
  const event_state* found = state().events.find(event);
  if (found == nullptr) return no_such("an event");
  if (found->reached != nullptr) {  // what lies behind the event on its stream goes on waiting
    const opened now(state().memory);
    while (!*found->reached) {
      const work next = std::move(found->recorded_on->queue.front());
      found->recorded_on->queue.pop_front();
      next();
    }
  }
  return failing ? remember(cudaErrorUnknown) : cudaSuccess;
}

cudaError_t CUDARTAPI cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  if (fails("cudaFuncSetAttribute")) return remember(cudaErrorUnknown);
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0 || value > state().options.shared_bytes) {
    return remember(cudaErrorInvalidValue);
  }
  state().shared_bytes[kernel] = value;
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*, int, std::size_t) {
  if (fails("cudaOccupancyMaxActiveBlocksPerMultiprocessor")) return remember(cudaErrorUnknown);
  *blocks = 1;
  return cudaSuccess;
}

}  // extern "C"
