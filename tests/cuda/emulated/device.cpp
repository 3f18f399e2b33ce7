#include "device.hpp"

#include <stdexcept>

#include "state.hpp"

namespace emulated {
namespace {

std::unique_ptr<device_state>& holder() {
  static auto held = std::make_unique<device_state>();
  return held;
}

constexpr std::size_t default_shared_bytes = 48 << 10;
constexpr std::uint32_t most_threads = 1024;

cudaError_t fault_of(const launch_shape& s) {
  if (s.blocks == 0 || s.threads == 0 || s.threads > most_threads) return cudaErrorInvalidConfiguration;
  const auto asked = state().shared_bytes.find(s.kernel);
  const std::size_t most =
      asked == state().shared_bytes.end() ? default_shared_bytes : static_cast<std::size_t>(asked->second);
  return s.shared_bytes > most ? cudaErrorInvalidValue : cudaSuccess;
}

}  // namespace

device_state& state() { return *holder(); }

stream_state* device_state::find_stream(cudaStream_t handle) {
  return handle == nullptr || handle == cudaStreamLegacy ? &legacy : streams.find(handle);
}

bool device_state::capturing() {
  for (const stream_state* s : streams.objects()) {
    if (s->captured != nullptr) return true;
  }
  return false;
}

void device_state::run(stream_state& stream) {
  const opened now(memory);
  while (!stream.queue.empty()) {
    const work next = std::move(stream.queue.front());
    stream.queue.pop_front();
    next();
  }
}

void device_state::run_all() {
  run(legacy);
  for (stream_state* s : streams.objects()) run(*s);
}

void reset(const device_options& options) {
  if (live() != live_counts()) throw std::logic_error("the emulated device is reset while something is live");
  device_state& s = state();
  s.options = options;
  s.memory.forget_peak();
  s.pinned_bytes = s.peak_pinned_bytes = 0;
  s.shared_bytes.clear();
  s.last_error = cudaSuccess;
  s.calls.clear();
  s.all_calls = s.fail_at = 0;
  s.failed.clear();
  s.violations.clear();
}

void fail_call(std::uint64_t number, std::string_view name) {
  state().fail_at = number;
  state().fail_name = name;
  state().failed.clear();
}
const std::string& failed_call() { return state().failed; }
std::uint64_t calls() { return state().all_calls; }
std::uint64_t calls(std::string_view name) {
  const auto found = state().calls.find(name);
  return found == state().calls.end() ? 0 : found->second;
}

void shrink(std::size_t bytes) { state().options.bytes = bytes; }

live_counts live() {
  device_state& s = state();
  return {s.memory.arrays(),    s.pinned.size(), s.streams.live(), s.events.live(), s.graphs.live(),
          s.executables.live(), s.blas};
}
std::size_t peak_bytes() { return state().memory.peak(); }
std::size_t peak_pinned_bytes() { return state().peak_pinned_bytes; }
const std::vector<std::string>& violations() { return state().violations; }

bool fails(std::string_view name) {
  device_state& s = state();
  ++s.all_calls;
  ++s.calls[std::string(name)];
  if (s.fail_at == 0 || name.find(s.fail_name) == std::string_view::npos || --s.fail_at > 0) return false;
  s.failed = name;
  return true;
}

void report(const std::string& violation) { state().violations.push_back(violation); }

cudaError_t remember(cudaError_t status) {
  if (status != cudaSuccess) state().last_error = status;
  return status;
}

bool refused_in_capture(const char* call) {
  device_state& s = state();
  if (!s.capturing()) return false;
  for (stream_state* stream : s.streams.objects()) stream->broken = stream->captured != nullptr;
  report(std::string(call) + " was called while a stream was being captured");
  return true;
}

bool enqueue(cudaStream_t stream, work what) {
  device_state& s = state();
  stream_state* found = s.find_stream(stream);
  if (found == nullptr) {
    report("work was enqueued on a stream that does not exist");
    return false;
  }
  if (found->captured != nullptr) {
    found->captured->push_back(std::move(what));
    return true;
  }
  found->queue.push_back(std::move(what));
  if (s.options.runs == timing::at_once) s.run(*found);
  return true;
}

bool is_capturing(cudaStream_t stream) {
  const stream_state* found = state().find_stream(stream);
  return found != nullptr && found->captured != nullptr;
}

void launch(const char* name, const launch_shape& shape, cudaStream_t stream, work what) {
  if (fails(name)) {
    remember(cudaErrorUnknown);
    return;
  }
  if (const cudaError_t fault = fault_of(shape); fault != cudaSuccess) {
    remember(fault);
    return;
  }
  if (!enqueue(stream, std::move(what))) remember(cudaErrorInvalidResourceHandle);
}

bool on_device(const void* memory, std::size_t bytes) { return state().memory.bytes_from(memory) >= bytes; }

bool reachable(const void* memory, std::size_t bytes) {
  if (on_device(memory, bytes)) return true;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  auto found = state().pinned.upper_bound(address);
  if (found == state().pinned.begin()) return false;
  --found;
  return address + bytes <= found->first + found->second;
}

void need(const void* memory, std::size_t bytes, const char* what) {
  if (memory == nullptr || bytes == 0 || reachable(memory, bytes)) return;
  report(std::string("a kernel was given ") + what + " of " + std::to_string(bytes) +
         " bytes that a device cannot reach");
}

void count_blas(int change) { state().blas += static_cast<std::size_t>(change); }

}  // namespace emulated
